/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.bootstrap;

import java.io.IOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The rows of a query, in the order of their ids, a page at a time: each page is a query of its own
 * that begins with the id at which the last one has ended. So no transaction is open for long, what
 * was read need not be read again after a crash, and a database that was restarted is asked again.
 */
final class JdbcSource implements RowSource {

  private static final Logger log = LoggerFactory.getLogger(JdbcSource.class);

  private static final int BATCH = 1_000;
  private static final int ATTEMPTS = 8;

  private final DataSource database;
  private final String query;
  private final String id;
  private final int pageRows;
  private final int fetchSize;
  private volatile long size = -1;

  JdbcSource(DataSource database, String query, String id, int pageRows, int fetchSize) {
    this.database = database;
    this.query = query.strip().replaceAll(";$", "");
    this.id = id;
    this.pageRows = pageRows;
    this.fetchSize = fetchSize;
  }

  @Override
  public String definition() {
    return query + "\n" + id;
  }

  @Override
  public long size() {
    return size;
  }

  /** Has the rows counted, which may take as long as it takes. */
  void count() {
    try (Connection connection = database.getConnection();
        PreparedStatement statement =
            connection.prepareStatement("SELECT count(*) FROM (" + query + ") q");
        ResultSet result = statement.executeQuery()) {
      if (result.next()) {
        size = result.getLong(1);
      }
    } catch (SQLException e) {
      log.debug("The rows could not be counted", e);
    }
  }

  @Override
  public Reader open(List<String> columns, byte @Nullable [] position) throws IOException {
    Pages pages = new Pages(columns, position == null ? null : KeyPosition.read(position));
    pages.begin();
    return pages;
  }

  /** A page as SQL. */
  private String sql(String product, boolean first) {
    StringBuilder sql = new StringBuilder("SELECT q.* FROM (").append(query).append(") q");
    if (!first) {
      sql.append(" WHERE q.").append(id).append(" >= ?");
    }
    sql.append(" ORDER BY q.").append(id);
    int rows = pageRows + 1;
    String name = product.toLowerCase(Locale.ROOT);
    if (name.contains("mysql") || name.contains("mariadb") || name.contains("sqlite")) {
      sql.append(" LIMIT ").append(rows);
    } else if (name.contains("microsoft")) {
      sql.append(" OFFSET 0 ROWS FETCH NEXT ").append(rows).append(" ROWS ONLY");
    } else {
      sql.append(" FETCH FIRST ").append(rows).append(" ROWS ONLY");
    }
    return sql.toString();
  }

  private final class Pages implements Reader {

    private final List<String> columns;

    /** The id of the last row, of which the next page has another copy; null at the beginning. */
    private @Nullable Object last;

    private @Nullable Page page;
    private boolean ended;
    private long rows;
    private int failures;

    Pages(List<String> columns, @Nullable Object last) {
      this.columns = columns;
      this.last = last;
    }

    void begin() throws IOException {
      try {
        requireIds();
        page = new Page(columns, last);
      } catch (SQLException e) {
        throw new BootstrapSourceException(
            "The query '" + query + "' cannot be carried out: " + e.getMessage() + ".",
            "Correct the query, or the column with the id, which is '" + id + "'.",
            e);
      }
    }

    /** Rows without an id would be left out by the conditions of the pages. */
    private void requireIds() throws SQLException, IOException {
      try (Connection connection = database.getConnection();
          PreparedStatement statement =
              connection.prepareStatement(
                  "SELECT 1 FROM (" + query + ") q WHERE q." + id + " IS NULL");
          ResultSet result = limited(statement).executeQuery()) {
        if (result.next()) {
          throw new BootstrapSourceException(
              "The query '" + query + "' finds rows without an id: '" + id + "' is null.",
              "Have the query leave them out, or give them ids.",
              null);
        }
      }
    }

    private PreparedStatement limited(PreparedStatement statement) throws SQLException {
      statement.setMaxRows(1);
      return statement;
    }

    @Override
    public @Nullable Batch next() throws IOException {
      while (!ended) {
        try {
          if (page == null) {
            page = new Page(columns, last);
          }
          JdbcBatch batch = page.next(last);
          failures = 0;
          if (batch.size() > 0) {
            requirePosition(batch);
            last = batch.id(batch.size() - 1);
            rows += batch.size();
            return batch;
          }
          ended = page.seen() <= pageRows;
          closePage();
        } catch (SQLException e) {
          closePage();
          awaitDatabase(e);
        }
      }
      return null;
    }

    /** That one can go on behind such ids is to be known from the first on. */
    private void requirePosition(JdbcBatch batch) throws IOException {
      try {
        byte[] unused = batch.position(0);
      } catch (IllegalArgumentException e) {
        throw new BootstrapSourceException(
            "The column '"
                + id
                + "' of the query '"
                + query
                + "' is no id. "
                + e.getMessage()
                + ".",
            "Cast it, as by cast(" + id + " as varchar).",
            e);
      }
    }

    private void awaitDatabase(SQLException e) throws IOException {
      if (++failures == ATTEMPTS) {
        throw new IOException("The database fails: " + e.getMessage(), e);
      }
      log.warn("The database fails, and is asked again: {}", e.toString());
      try {
        Thread.sleep(100L << failures);
      } catch (InterruptedException interrupted) {
        Thread.currentThread().interrupt();
        throw new IOException("Interrupted", interrupted);
      }
    }

    private void closePage() {
      Page open = page;
      page = null;
      if (open != null) {
        open.close();
      }
    }

    @Override
    public long done() {
      return rows;
    }

    @Override
    public void close() {
      closePage();
    }
  }

  /** The result of one query. */
  private final class Page implements AutoCloseable {

    private final Connection connection;
    private final PreparedStatement statement;
    private final ResultSet result;
    private final JdbcColumn[] columns;
    private int seen;
    private boolean ended;

    Page(List<String> wanted, @Nullable Object last) throws SQLException, IOException {
      connection = database.getConnection();
      try {
        // Without a transaction some drivers fetch all rows at once.
        connection.setAutoCommit(false);
        statement =
            connection.prepareStatement(
                sql(connection.getMetaData().getDatabaseProductName(), last == null));
        statement.setFetchSize(fetchSize);
        if (last != null) {
          statement.setObject(1, last);
        }
        result = statement.executeQuery();
        columns = columns(wanted);
      } catch (SQLException | IOException | RuntimeException e) {
        connection.close();
        throw e;
      }
    }

    private JdbcColumn[] columns(List<String> wanted) throws SQLException, IOException {
      ResultSetMetaData metadata = result.getMetaData();
      List<JdbcColumn> all = new ArrayList<>();
      for (int i = 1; i <= metadata.getColumnCount(); i++) {
        all.add(JdbcColumn.of(metadata, i));
      }
      JdbcColumn[] found = new JdbcColumn[wanted.size()];
      for (int i = 0; i < found.length; i++) {
        String name = wanted.get(i);
        found[i] =
            name.equals(ALL)
                ? JdbcColumn.all(all)
                : all.stream()
                    .filter(column -> column.name().equalsIgnoreCase(name))
                    .findFirst()
                    .orElseThrow(() -> lacking(name, all));
      }
      return found;
    }

    private BootstrapSourceException lacking(String name, List<JdbcColumn> all) {
      return new BootstrapSourceException(
          "The query '"
              + query
              + "' has no column '"
              + name
              + "'. It has "
              + all.stream().map(JdbcColumn::name).toList()
              + ".",
          "Correct the column's name, or have the query name the column so.",
          null);
    }

    int seen() {
      return seen;
    }

    /** The next rows, without a copy of the last one; none at the end. */
    JdbcBatch next(@Nullable Object last) throws SQLException, IOException {
      JdbcBatch batch = new JdbcBatch(BATCH);
      Object before = last;
      while (!ended && batch.size() < BATCH) {
        ended = !result.next();
        if (!ended) {
          seen++;
          @Nullable Object[] row = new Object[columns.length];
          for (int i = 0; i < row.length; i++) {
            row[i] = columns[i].read(result);
          }
          Object key = Objects.requireNonNull(row[0], "id");
          if (key.equals(before)) {
            requireCopy(key);
          } else {
            batch.add(row);
            before = key;
          }
        }
      }
      return batch;
    }

    /** A page begins with the last row of the one before. */
    private void requireCopy(Object key) throws IOException {
      if (seen > 1) {
        throw new BootstrapSourceException(
            "The query '" + query + "' finds more than one row with the id '" + key + "'.",
            "Have the query find one row for each instance.",
            null);
      }
    }

    @Override
    public void close() {
      try (Connection closing = connection) {
        statement.close();
        closing.rollback();
      } catch (SQLException e) {
        log.debug("A page could not be closed", e);
      }
    }
  }

  /** Rows in the order of their ids. */
  private static final class JdbcBatch implements Batch {

    private final @Nullable Object[][] rows;
    private int size;

    JdbcBatch(int capacity) {
      rows = new Object[capacity][];
    }

    void add(@Nullable Object[] row) {
      rows[size++] = row;
    }

    Object id(int index) {
      return Objects.requireNonNull(rows[index][0]);
    }

    @Override
    public int size() {
      return size;
    }

    @Override
    public @Nullable Object[] row(int index) {
      return rows[index];
    }

    @Override
    public byte[] position(int index) {
      return KeyPosition.write(id(index));
    }
  }
}
