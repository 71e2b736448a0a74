/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.sql;

import com.google.protobuf.Timestamp;
import io.statefun.engine.StateFunEngine;
import io.statefun.function.Context;
import io.statefun.function.ListState;
import io.statefun.function.MapState;
import io.statefun.function.MessageHandler;
import io.statefun.function.State;
import io.statefun.function.StatefulFunction;
import io.statefun.function.ValueState;
import io.statefun.message.Address;
import io.statefun.query.StatePage;
import io.statefun.query.StateQuery;
import io.statefun.snapshot.InMemorySnapshotStore;
import io.statefun.state.HeapBackend;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.springframework.util.unit.DataSize;
import tools.jackson.databind.json.JsonMapper;

/** Customers and their orders, in the functions of a real engine, and SQL over them. */
final class Shop implements AutoCloseable {

  static final JsonMapper JSON = JsonMapper.builder().build();

  static final SqlProperties DEFAULTS =
      new SqlProperties(true, 10_000, Duration.ofSeconds(30), 2, 10_000, DataSize.ofMegabytes(64));

  /** What a customer may be sent. */
  sealed interface Contact {}

  record Mail(String address) implements Contact {}

  record Phone(String number) implements Contact {}

  /** Where somebody lives. */
  record Home(@Nullable String city, int zip) {}

  /** What is known of a customer. */
  record Profile(
      @Nullable String name,
      long points,
      double rate,
      @Nullable BigDecimal credit,
      boolean active,
      @Nullable Instant since,
      @Nullable LocalDate birthday,
      @Nullable Home home,
      @Nullable List<String> tags,
      @Nullable Map<String, Integer> visits,
      @Nullable Contact contact,
      @Nullable Profile friend) {

    static Profile of(String name, long points) {
      return new Profile(name, points, 0, null, false, null, null, null, null, null, null, null);
    }
  }

  /** Sets what is known of a customer. */
  record Know(Profile profile, long level, @Nullable String note) {}

  /** Sets the customer and the price of an order. */
  record Place(String customer, long price) {}

  /** A customer. */
  @StatefulFunction("shop/customer")
  static class Customer {

    @MessageHandler
    void on(
        Know known,
        @State("profile") ValueState<Profile> profile,
        @State("level") ValueState<Long> level,
        @State("note") ValueState<String> note,
        @State("levels") ListState<Long> levels,
        @State("seen") MapState<String, Long> seen,
        @State("changed") ValueState<Timestamp> changed,
        Context context) {
      profile.set(known.profile());
      level.set(known.level());
      if (known.note() != null) {
        note.set(known.note());
      }
      levels.add(known.level());
      seen.put("level", known.level());
      changed.set(Timestamp.newBuilder().setSeconds(known.level()).setNanos(5).build());
      context.reply(true);
    }
  }

  /** An order. */
  @StatefulFunction("shop/order")
  static class Order {

    @MessageHandler
    void on(
        Place place,
        @State("customer") ValueState<String> customer,
        @State("price") ValueState<Long> price,
        Context context) {
      customer.set(place.customer());
      price.set(place.price());
      context.reply(true);
    }
  }

  final List<StateQuery> asked = Collections.synchronizedList(new ArrayList<>());
  final StateFunEngine engine;
  final StateSql sql;
  private final List<CompletableFuture<?>> sent = new ArrayList<>();

  Shop() {
    this(DEFAULTS);
  }

  Shop(SqlProperties properties) {
    engine =
        StateFunEngine.builder("shop")
            .partitions(8)
            .workers(2)
            .snapshotStore(new InMemorySnapshotStore())
            .stateBackend(application -> new HeapBackend())
            .function(new Customer())
            .function(new Order())
            .build();
    engine.start();
    sql = sql(properties);
  }

  /** SQL with other bounds. */
  StateSql sql(SqlProperties properties) {
    return new StateSql(engine, this::page, JSON, properties);
  }

  private CompletableFuture<StatePage> page(StateQuery query) {
    asked.add(query);
    return engine.queries().trees(query);
  }

  Shop customer(String id, Profile profile) {
    return customer(id, new Know(profile, 1, null));
  }

  Shop customer(String id, Know known) {
    sent.add(engine.request(Address.of("shop/customer", id), known));
    return this;
  }

  Shop order(String id, String customer, long price) {
    sent.add(engine.request(Address.of("shop/order", id), new Place(customer, price)));
    return this;
  }

  /** Waits until all is committed. */
  Shop open() {
    CompletableFuture.allOf(sent.toArray(CompletableFuture[]::new)).join();
    sent.clear();
    return this;
  }

  List<List<@Nullable Object>> rows(String statement, @Nullable Object... parameters) {
    return sql.query(statement, parameters).join().rows();
  }

  @Override
  public void close() {
    sql.close();
    engine.close();
  }
}
