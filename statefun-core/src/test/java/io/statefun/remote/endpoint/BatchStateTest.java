/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.remote.endpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.statefun.function.Context;
import io.statefun.function.MessageHandler;
import io.statefun.function.State;
import io.statefun.function.StatefulFunction;
import io.statefun.function.ValueState;
import io.statefun.remote.protocol.FromFunction.InvocationResponse;
import io.statefun.remote.protocol.FromFunction.PersistedValueMutation;
import io.statefun.remote.protocol.FromFunction.PersistedValueMutation.MutationType;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What the messages of a batch see of a state, and what a runtime is told of it. */
class BatchStateTest {

  /** A class of which every copy can be changed. */
  static class Basket {

    public List<String> items = new ArrayList<>();
  }

  @StatefulFunction("test/cell")
  static class Cell {

    @MessageHandler
    void on(String command, @State("cell") ValueState<Integer> cell, Context context) {
      switch (command) {
        case "add" -> cell.update(0, before -> before + 1);
        case "keep" -> cell.set(cell.getOrDefault(0));
        case "clear" -> cell.clear();
        default -> context.send("test/sink", "s", cell.getOrDefault(-1));
      }
    }
  }

  @StatefulFunction("test/basket")
  static class Baskets {

    @MessageHandler
    void on(String command, @State("basket") ValueState<Basket> baskets, Context context) {
      Basket basket = baskets.getOrDefault(new Basket());
      basket.items.add("book");
      if (command.equals("set")) {
        baskets.set(basket);
        basket.items.add("after it was set");
      }
      Basket held = baskets.get();
      context.send("test/sink", "s", held == null ? -1 : held.items.size());
    }
  }

  private final Served served = Served.functions(new Cell(), new Baskets());

  @Test
  void laterMessagesSeeWhatEarlierOnesHaveWritten() throws Exception {
    InvocationResponse result = cell(1, "show", "add", "show", "clear", "show", "add", "show");

    assertThat(result.getOutgoingMessagesList())
        .extracting(message -> message.getArgument())
        .containsExactly(Served.value(1), Served.value(2), Served.value(-1), Served.value(1));
    assertThat(result.getStateMutationsList()).containsExactly(modified(1));
  }

  @Test
  void onlyWhatTheBatchHasDoneInAllIsTold() throws Exception {
    assertThat(cell(null, "show").getStateMutationsList()).isEmpty();
    assertThat(cell(1, "show").getStateMutationsList()).isEmpty();
    assertThat(cell(1, "add", "add").getStateMutationsList()).containsExactly(modified(3));
    assertThat(cell(1, "add", "clear").getStateMutationsList()).containsExactly(deleted());
    assertThat(cell(1, "clear", "add").getStateMutationsList()).containsExactly(modified(1));
    assertThat(cell(1, "clear").getStateMutationsList()).containsExactly(deleted());
    assertThat(cell(null, "clear").getStateMutationsList()).isEmpty();
    assertThat(cell(null, "add", "clear").getStateMutationsList()).isEmpty();
  }

  @Test
  void aValueThatIsSetAnewIsToldThoughItIsTheSame() throws Exception {
    // Its time to live begins anew.
    assertThat(cell(1, "keep").getStateMutationsList()).containsExactly(modified(1));
  }

  @Test
  void aValueOfNoBytesIsAValue() throws Exception {
    assertThat(cell(0, "show").getOutgoingMessages(0).getArgument()).isEqualTo(Served.value(0));
    assertThat(cell(-1, "add").getStateMutationsList()).containsExactly(modified(0));
  }

  @Test
  void aStateWithoutValueIsEmptyInBothForms() throws Exception {
    InvocationResponse result =
        served.result(
            Request.to("test/cell", "a")
                .state(
                    "cell",
                    io.statefun.remote.protocol.TypedValue.newBuilder()
                        .setTypename("io.statefun.types/int")
                        .build())
                .message("show"));

    assertThat(result.getOutgoingMessages(0).getArgument()).isEqualTo(Served.value(-1));
  }

  @Test
  void anExplicitDefaultIsReadAsWell() throws Exception {
    InvocationResponse result =
        served.result(
            Request.to("test/cell", "a")
                .state(
                    "cell", Request.value("io.statefun.types/int", new byte[] {0x0d, 0, 0, 0, 0}))
                .message("show"));

    assertThat(result.getOutgoingMessages(0).getArgument()).isEqualTo(Served.value(0));
  }

  @Test
  void aChangeOfAnObjectCountsOnlyIfItIsSet() throws Exception {
    InvocationResponse result =
        served.result(
            Request.to("test/basket", "a").state("basket").message("look").message("set"));

    assertThat(result.getOutgoingMessagesList())
        .extracting(message -> message.getArgument())
        .containsExactly(Served.value(-1), Served.value(1));
    assertThat(result.getStateMutations(0).getStateValue().getValue().toStringUtf8())
        .isEqualTo("{\"items\":[\"book\"]}");
  }

  @Test
  void aValueThatCannotBeReadFailsTheRequest() {
    assertThatExceptionOfType(RequestFailedException.class)
        .isThrownBy(
            () ->
                served.reply(
                    Request.to("test/cell", "a")
                        .state("cell", Request.value("io.statefun.types/int", new byte[] {9, 9}))
                        .message("show")))
        .withMessageContaining("The state 'cell' of test/cell/a cannot be read");
  }

  private InvocationResponse cell(@Nullable Integer value, String... commands) throws Exception {
    Request request = Request.to("test/cell", "a");
    if (value == null) {
      request.state("cell");
    } else {
      request.state("cell", value);
    }
    for (String command : commands) {
      request.message(command);
    }
    return served.result(request);
  }

  private static PersistedValueMutation modified(int value) {
    return PersistedValueMutation.newBuilder()
        .setStateName("cell")
        .setMutationType(MutationType.MODIFY)
        .setStateValue(Served.value(value))
        .build();
  }

  private static PersistedValueMutation deleted() {
    return PersistedValueMutation.newBuilder()
        .setStateName("cell")
        .setMutationType(MutationType.DELETE)
        .build();
  }
}
