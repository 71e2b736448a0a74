/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.benchmark.bootstrap;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.postgresql.PGConnection;

/** A PostgreSQL with a table of accounts, which also says what there is in it. */
final class AccountsTable implements AutoCloseable {

  static final String QUERY = "select id, balance, owner from accounts";

  private final EmbeddedPostgres postgres;

  /** What there is, as SQL says it. */
  record Sums(long count, long digests) {}

  AccountsTable(Path folder) throws IOException {
    postgres =
        EmbeddedPostgres.builder()
            .setDataDirectory(folder)
            .setServerConfig("fsync", "off")
            .setServerConfig("shared_buffers", "128MB")
            .setServerConfig("max_wal_size", "2GB")
            .start();
  }

  String url() {
    return postgres.getJdbcUrl("postgres", "postgres");
  }

  void fill(long rows) throws SQLException {
    execute(
        """
        create unlogged table accounts as
          select g as id, (g * 7919) %% 1000003 as balance, 'owner-' || g as owner
          from generate_series(1::bigint, %d) g;
        alter table accounts add primary key (id);
        analyze accounts;
        """
            .formatted(rows));
  }

  Sums sums() throws SQLException {
    try (Connection connection = postgres.getPostgresDatabase().getConnection();
        Statement statement = connection.createStatement();
        ResultSet result =
            statement.executeQuery(
                """
                select count(*), sum(('x' || substr(
                  md5(id || ':' || balance || ':' || owner), 1, 8))::bit(32)::bigint)
                from accounts
                """)) {
      if (!result.next()) {
        throw new SQLException("no result");
      }
      return new Sums(result.getLong(1), result.getLong(2));
    }
  }

  /** Writes the table into a file. */
  void export(Path file, String format) throws SQLException, IOException {
    String copy =
        format.equals("csv")
            ? "copy accounts to stdout with (format csv, header)"
            : "copy (select row_to_json(a) from accounts a) to stdout";
    try (Connection connection = postgres.getPostgresDatabase().getConnection();
        OutputStream out = Files.newOutputStream(file)) {
      long unused = connection.unwrap(PGConnection.class).getCopyAPI().copyOut(copy, out);
    }
  }

  private void execute(String sql) throws SQLException {
    try (Connection connection = postgres.getPostgresDatabase().getConnection();
        Statement statement = connection.createStatement()) {
      boolean unused = statement.execute(sql);
    }
  }

  @Override
  public void close() throws IOException {
    postgres.close();
  }
}
