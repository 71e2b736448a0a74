/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import org.h2.jdbcx.JdbcDataSource;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.core.io.FileSystemResource;
import tools.jackson.databind.json.JsonMapper;

class RowSourceTest {

  private static final List<String> COLUMNS = List.of("id", "name");

  @TempDir Path folder;
  private final JdbcDataSource database = database();

  /** Rows, and where to begin behind each. */
  private record Rows(List<List<@Nullable Object>> rows, List<byte[]> positions) {}

  private static JdbcDataSource database() {
    JdbcDataSource database = new JdbcDataSource();
    database.setURL("jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1");
    return database;
  }

  private void sql(String... statements) throws SQLException {
    try (Connection connection = database.getConnection();
        Statement statement = connection.createStatement()) {
      for (String one : statements) {
        boolean unused = statement.execute(one);
      }
    }
  }

  private JdbcSource query(String query, int pageRows) {
    return new JdbcSource(database, query, "id", pageRows, 10);
  }

  private static Rows read(RowSource source, List<String> columns, byte @Nullable [] position)
      throws IOException {
    List<List<@Nullable Object>> rows = new ArrayList<>();
    List<byte[]> positions = new ArrayList<>();
    try (RowSource.Reader reader = source.open(columns, position)) {
      for (RowSource.Batch batch = reader.next(); batch != null; batch = reader.next()) {
        for (int i = 0; i < batch.size(); i++) {
          rows.add(Arrays.asList(batch.row(i)));
          positions.add(batch.position(i));
        }
      }
    }
    return new Rows(rows, positions);
  }

  /** Wherever one stops, one goes on with the next row. */
  private static Rows readInAnyParts(RowSource source, List<String> columns) throws IOException {
    Rows all = read(source, columns, null);
    int step = Math.max(1, all.rows().size() / 17);
    for (int i = 0; i < all.rows().size(); i += step) {
      assertThat(read(source, columns, all.positions().get(i)).rows())
          .as("behind row %d", i)
          .isEqualTo(all.rows().subList(i + 1, all.rows().size()));
    }
    return all;
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 7, 49, 50, 51, 1_000_000})
  void aQueryIsReadInPagesOfAnySize(int pageRows) throws Exception {
    sql(
        "create table users (id bigint primary key, name varchar)",
        "insert into users select x * 3, 'name-' || x from system_range(1, 50)");

    Rows all = readInAnyParts(query("select * from users", pageRows), COLUMNS);

    assertThat(all.rows()).hasSize(50).startsWith(List.of(3L, "name-1"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "x + 0",
        "cast(x as int)",
        "'key-' || x",
        "cast(x as numeric(20, 2))",
        "cast('00000000-0000-0000-0000-' || lpad(cast(x as varchar), 12, '0') as uuid)"
      })
  void idsAreOfMostTypes(String id) throws Exception {
    Rows all =
        readInAnyParts(
            query("select " + id + " as id, x as name from system_range(1, 300)", 20), COLUMNS);

    assertThat(all.rows()).hasSize(300).doesNotHaveDuplicates();
  }

  @Test
  void allColumnsAreAMapByTheirNamesInJava() throws Exception {
    Rows all =
        read(
            query("select 1 as id, 'Ann' as first_name, null as last_seen", 10),
            List.of("id", "*"),
            null);

    Map<?, ?> row = (Map<?, ?>) all.rows().get(0).get(1);
    assertThat(row.get("firstName")).isEqualTo("Ann");
    assertThat(row.containsKey("lastSeen")).isTrue();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 100})
  void twoRowsOfOneIdAreFoundWhereverThePageEnds(int pageRows) {
    assertThatThrownBy(
            () ->
                read(
                    query(
                        "select case when x > 3 then x - 1 else x end as id, x as name"
                            + " from system_range(1, 9)",
                        pageRows),
                    COLUMNS,
                    null))
        .isInstanceOf(BootstrapSourceException.class)
        .hasMessageContaining("more than one row with the id '3'");
  }

  @Test
  void rowsWithoutAnIdAreFound() {
    assertThatThrownBy(
            () ->
                read(
                    query("select nullif(x, 5) as id, x as name from system_range(1, 9)", 3),
                    COLUMNS,
                    null))
        .isInstanceOf(BootstrapSourceException.class)
        .hasMessageContaining("rows without an id");
  }

  @Test
  void mistakesInQueriesAreExplained() {
    assertThatThrownBy(() -> read(query("select * from nowhere", 3), COLUMNS, null))
        .isInstanceOf(BootstrapSourceException.class)
        .hasMessageContaining("cannot be carried out");
    assertThatThrownBy(() -> read(query("select 1 as id, 2 as nom", 3), COLUMNS, null))
        .isInstanceOf(BootstrapSourceException.class)
        .hasMessageContaining("no column 'name'")
        .hasMessageContaining("NOM");
  }

  @Test
  void jsonLinesAreReadFromAnyPosition() throws Exception {
    StringBuilder text = new StringBuilder();
    Random random = new Random(1);
    for (int i = 0; i < 3_000; i++) {
      text.append("{\"id\":")
          .append(i)
          .append(",\"name\":\"é\\n")
          .append("x".repeat(random.nextInt(400)));
      text.append("\"}").append(random.nextBoolean() ? "\r\n" : "\n");
      text.append(random.nextInt(50) == 0 ? "\n  \n" : "");
    }
    text.append("{\"id\":\"last\"}");

    Rows all = readInAnyParts(json(text.toString()), COLUMNS);

    assertThat(all.rows()).hasSize(3_001).endsWith(Arrays.asList("last", null));
    assertThat(all.rows().get(2_999).get(0)).isEqualTo(2_999L);
  }

  @Test
  void csvIsReadFromAnyPosition() throws Exception {
    StringBuilder text = new StringBuilder("name;id\n");
    Random random = new Random(2);
    for (int i = 0; i < 3_000; i++) {
      text.append("\"say \"\"").append(i).append("\"\";\n").append("x".repeat(random.nextInt(400)));
      text.append("\";").append(i).append(random.nextBoolean() ? "\r\n" : "\n");
      text.append(random.nextInt(50) == 0 ? "\n" : "");
    }
    text.append(";last");

    Rows all = readInAnyParts(csv(text.toString()), COLUMNS);

    assertThat(all.rows()).hasSize(3_001).endsWith(Arrays.asList("last", null));
    assertThat(String.valueOf(all.rows().get(17).get(1))).startsWith("say \"17\";\n");
  }

  @Test
  void mistakesInFilesAreExplained() {
    assertThatThrownBy(() -> read(json("{\"id\":1}\n{\"id\":\n"), COLUMNS, null))
        .isInstanceOf(BootstrapSourceException.class)
        .hasMessageContaining("byte 16 of file")
        .hasMessageContaining("is no JSON object");
    assertThatThrownBy(() -> read(json("17\n"), COLUMNS, null))
        .hasMessageContaining("It is no object");
    assertThatThrownBy(() -> read(csv("id;nom\n1;2\n"), COLUMNS, null))
        .isInstanceOf(BootstrapSourceException.class)
        .hasMessageContaining("no column 'name'")
        .hasMessageContaining("[id, nom]");
    assertThatThrownBy(() -> read(csv(""), COLUMNS, null))
        .hasMessageContaining("must name the columns");
    assertThatThrownBy(
            () ->
                new FileSource(new FileSystemResource(folder.resolve("none")), new CsvRecords(';')))
        .isInstanceOf(BootstrapSourceException.class)
        .hasMessageContaining("could be read");
  }

  private FileSource json(String text) throws IOException {
    return file(text, new JsonLines(new JsonMapper()));
  }

  private FileSource csv(String text) throws IOException {
    return file(text, new CsvRecords(';'));
  }

  private FileSource file(String text, FileSource.Format format) throws IOException {
    Path file = Files.write(folder.resolve("file"), text.getBytes(StandardCharsets.UTF_8));
    return new FileSource(new FileSystemResource(file), format);
  }
}
