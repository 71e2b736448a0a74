/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.statefun.engine.StateFunEngine;
import io.statefun.function.MessageHandler;
import io.statefun.function.State;
import io.statefun.function.StatefulFunction;
import io.statefun.function.ValueState;
import io.statefun.snapshot.InMemorySnapshotStore;
import io.statefun.state.HeapBackend;
import org.junit.jupiter.api.Test;

/** What columns are called. */
class ColumnNamesTest {

  /** States whose names are nearly the same. */
  @StatefulFunction("test/twins")
  static class Twins {

    @MessageHandler
    void on(
        Long message, @State("name") ValueState<Long> one, @State("NAME") ValueState<Long> two) {
      one.set(message);
    }
  }

  /** A state that is called as the column of the ids. */
  @StatefulFunction("test/document")
  static class Document {

    @MessageHandler
    void on(Long message, @State("id") ValueState<Long> id) {
      id.set(message);
    }
  }

  private static String plan(Object function, String select) {
    StateFunEngine engine =
        StateFunEngine.builder("test")
            .snapshotStore(new InMemorySnapshotStore())
            .stateBackend(application -> new HeapBackend())
            .function(function)
            .build();
    try (StateSql sql = new StateSql(engine, engine.queries()::trees, Shop.JSON, Shop.DEFAULTS)) {
      return sql.query("explain plan for " + select).join().rows().toString();
    }
  }

  @Test
  void namesThatDifferInNothingButCaseAreToldApart() {
    assertThat(plan(new Twins(), "select name from \"test/twins\"")).contains("columns=[[name]]");
    assertThat(plan(new Twins(), "select NAME from \"test/twins\"")).contains("columns=[[NAME]]");
    assertThatThrownBy(() -> plan(new Twins(), "select Name from \"test/twins\""))
        .hasMessageContaining("Column 'Name' not found");
  }

  @Test
  void aStateCalledIdIsNotTheId() {
    assertThat(
            plan(new Document(), "select id, state_id from \"test/document\" where state_id = 5"))
        .contains("columns=[[id, state_id]]", "where=[[id = 5]]");
  }
}
