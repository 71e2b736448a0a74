/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.statefun.function.CancellationToken;
import io.statefun.function.Context;
import io.statefun.function.ListState;
import io.statefun.function.MapState;
import io.statefun.function.MessageHandler;
import io.statefun.function.OnFailure;
import io.statefun.function.State;
import io.statefun.function.StatefulFunction;
import io.statefun.function.ValueState;
import io.statefun.message.Address;
import io.statefun.snapshot.InMemorySnapshotStore;
import io.statefun.state.HeapBackend;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class InstanceViewTest {

  private static final Address CART = Address.of("shop/cart", "ann");

  private StateFunEngine engine;

  record Item(String name, int count) {}

  record Fail() {}

  @StatefulFunction("shop/cart")
  static class Cart {

    @MessageHandler
    void on(
        Item item,
        @State("last") ValueState<Item> last,
        @State("items") ListState<Item> items,
        @State("counts") MapState<String, Integer> counts,
        Context context) {
      last.set(item);
      items.add(item);
      counts.put(item.name(), item.count());
      context.cancel(CancellationToken.of("late"));
      context.sendAfter(
          Duration.ofHours(1), context.self(), new Fail(), CancellationToken.of("late"));
    }

    @MessageHandler
    void on(Fail fail) {
      throw new IllegalStateException("broken on purpose");
    }
  }

  /** Is tried again and again. */
  @StatefulFunction("shop/mill")
  @OnFailure(maxAttempts = Integer.MAX_VALUE, maxBackoff = "100ms")
  static class Mill {

    @MessageHandler
    void on(Fail fail) {
      throw new IllegalStateException("no wind");
    }
  }

  @BeforeEach
  void start() {
    engine =
        StateFunEngine.builder("test")
            .partitions(8)
            .workers(2)
            .defaultFailurePolicy(
                new FailurePolicy(
                    1, Duration.ofMillis(1), Duration.ofMillis(1), 1, OnFailure.Then.DEAD_LETTER))
            .snapshotStore(new InMemorySnapshotStore())
            .stateBackend(application -> new HeapBackend())
            .function(new Cart())
            .function(new Mill())
            .build();
    engine.start();
  }

  @AfterEach
  void stop() {
    engine.close();
  }

  private InstanceView view(Address address) {
    return engine.instance(address, 100).join();
  }

  @Test
  void itShowsValuesListsAndMaps() {
    engine.send(CART, new Item("book", 1));
    engine.send(CART, new Item("pen", 3));

    InstanceView view = view(CART);

    assertThat(view.states())
        .containsEntry("last", new Item("pen", 3))
        .containsEntry("items", List.of(new Item("book", 1), new Item("pen", 3)))
        .containsEntry("counts", Map.of("book", 1, "pen", 3));
    assertThat(view.partial()).isFalse();
  }

  @Test
  void itShowsTimersThatWait() {
    engine.send(CART, new Item("book", 1));

    InstanceContent content = view(CART).content();

    assertThat(content.timers().count()).isEqualTo(1);
    assertThat(content.timers().first().get(0).what()).contains("late");
  }

  @Test
  void itShowsWhatTheInstanceCouldNotHandle() {
    engine.send(CART, new Fail());

    await()
        .untilAsserted(() -> assertThat(view(CART).content().deadLetters().count()).isEqualTo(1));
    assertThat(view(CART).content().deadLetters().first().get(0).cause())
        .contains("broken on purpose");
  }

  @Test
  void itShowsWhyMessagesWait() {
    Address mill = Address.of("shop/mill", "a");
    engine.send(mill, new Fail());

    await()
        .untilAsserted(
            () -> {
              assertThat(view(mill).blocked())
                  .isNotNull()
                  .satisfies(
                      blocked -> {
                        assertThat(blocked.failures()).isPositive();
                        assertThat(blocked.nextAttempt()).isNotNull();
                        assertThat(blocked.cause()).contains("no wind");
                      });
            });
    assertThat(view(CART).blocked()).isNull();
  }

  @Test
  void anInstanceThatHoldsNothingIsEmpty() {
    InstanceView view = view(Address.of("shop/cart", "nobody"));

    assertThat(view.states()).isEmpty();
    assertThat(view.content().isEmpty()).isTrue();
  }

  @Test
  void anInstanceOfAnUnknownFunctionIsShownAsFarAsItIsKnown() {
    engine.send(Address.of("shop/unknown", "x"), 5L).join();

    await()
        .untilAsserted(
            () ->
                assertThat(view(Address.of("shop/unknown", "x")).content().deadLetters().count())
                    .isEqualTo(1));
  }

  @Test
  void whatIsTooMuchIsShownInPart() {
    for (int i = 0; i < 20; i++) {
      engine.send(CART, new Item("item" + i, i));
    }

    InstanceView view = engine.instance(CART, 5).join();

    assertThat(view.partial()).isTrue();
    assertThat((List<?>) view.states().get("items")).hasSize(5);
  }
}
