/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.remote.endpoint.reference;

import com.google.protobuf.ByteString;
import io.statefun.function.AsyncResult;
import io.statefun.function.CancellationToken;
import io.statefun.function.Context;
import io.statefun.function.MessageHandler;
import io.statefun.function.State;
import io.statefun.function.StatefulFunction;
import io.statefun.function.ValueState;
import io.statefun.message.Address;
import io.statefun.message.MessageTypes;
import io.statefun.message.TypedValue;
import io.statefun.remote.protocol.KafkaProducerRecord;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;

/** The functions as beans. */
public final class BeanFunctions {

  /** Ours, with a type of one's own. */
  public static final MessageTypes TYPES = MessageTypes.builder().add(new PointType()).build();

  private static final Address SINK = Address.of("ref/sink", "s");

  private BeanFunctions() {}

  public static List<Object> all() {
    return List.of(new Calculator(), new Stateless(), new Asking(), new Failing());
  }

  /** The value that a number stands for in a state. */
  public static Object value(String state, int number) {
    return switch (state) {
      case "bool" -> number % 2 != 0;
      case "int" -> number;
      case "long" -> number * 3L;
      case "float" -> number / 2f;
      case "double" -> number / 3d;
      case "string" -> number == 0 ? "" : "nümber " + number;
      case "point" -> Point.of(number);
      case "json" -> Order.of(number);
      default -> throw new IllegalArgumentException(state);
    };
  }

  @StatefulFunction("ref/calculator")
  static class Calculator {

    @MessageHandler
    void on(
        String program,
        @State("bool") ValueState<Boolean> booleans,
        @State("int") ValueState<Integer> ints,
        @State(value = "long", expireAfterWrite = "1h") ValueState<Long> longs,
        @State("float") ValueState<Float> floats,
        @State("double") ValueState<Double> doubles,
        @State(value = "string", expireAfterAccess = "1h") ValueState<String> strings,
        @State("point") ValueState<Point> points,
        @State("json") ValueState<Order> orders,
        Context context) {
      Map<String, ValueState<?>> states =
          Map.of(
              "bool", booleans, "int", ints, "long", longs, "float", floats, "double", doubles,
              "string", strings, "point", points, "json", orders);
      program.lines().forEach(line -> run(line.split(" "), states, context));
    }

    @SuppressWarnings("unchecked")
    private static void run(String[] words, Map<String, ValueState<?>> states, Context context) {
      switch (words[0]) {
        case "set" -> {
          ValueState<Object> state = (ValueState<Object>) state(states, words[1]);
          state.set(value(words[1], Integer.parseInt(words[2])));
        }
        case "clear" -> state(states, words[1]).clear();
        case "show" -> {
          Object held = state(states, words[1]).get();
          context.send(SINK, held == null ? "none" : held);
        }
        case "send" -> context.send("ref/sink", words[1], number(words));
        case "later" ->
            context.sendAfter(Duration.ofMillis(Integer.parseInt(words[1])), SINK, number(words));
        case "token" ->
            context.sendAfter(
                Duration.ofMillis(Integer.parseInt(words[2])),
                context.self(),
                words[1],
                CancellationToken.of(words[1]));
        case "cancel" -> context.cancel(CancellationToken.of(words[1]));
        case "egress" -> context.egress("ref/out", value(words[1], number(words)));
        case "kafka" -> context.egress("ref/kafka", forKafka(words[1]));
        case "reply" -> {
          if (context.caller() != null) {
            context.reply(number(words));
          }
        }
        default -> throw new IllegalArgumentException(words[0]);
      }
    }

    private static ValueState<?> state(Map<String, ValueState<?>> states, String name) {
      return Objects.requireNonNull(states.get(name));
    }

    private static int number(String[] words) {
      return Integer.parseInt(words[words.length - 1]);
    }

    private static KafkaProducerRecord forKafka(String number) {
      return KafkaProducerRecord.newBuilder()
          .setTopic("topic")
          .setKey("key " + number)
          .setValueBytes(ByteString.copyFromUtf8("value " + number))
          .build();
    }
  }

  /** Sends each message back and on. */
  @StatefulFunction("ref/stateless")
  static class Stateless {

    @MessageHandler
    void on(TypedValue message, Context context) {
      context.send(SINK, message);
      context.egress("ref/out", message);
    }
  }

  @StatefulFunction("ref/asking")
  static class Asking {

    @MessageHandler
    void on(String question, Context context) {
      context.async(question, CompletableFuture.supplyAsync(() -> "answer to " + question));
    }

    @MessageHandler
    void on(
        AsyncResult<String, String> answer,
        @State("answers") ValueState<String> answers,
        Context context) {
      answers.update("", before -> before + answer.value() + "; ");
      context.send(SINK, String.valueOf(answer.value()));
    }
  }

  @StatefulFunction("ref/failing")
  static class Failing {

    @MessageHandler
    void on(String message) {
      throw new IllegalStateException("as told");
    }
  }
}
