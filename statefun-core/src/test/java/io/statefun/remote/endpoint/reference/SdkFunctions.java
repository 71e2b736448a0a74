/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.remote.endpoint.reference;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.apache.flink.statefun.sdk.java.AddressScopedStorage;
import org.apache.flink.statefun.sdk.java.Context;
import org.apache.flink.statefun.sdk.java.StatefulFunction;
import org.apache.flink.statefun.sdk.java.StatefulFunctionSpec;
import org.apache.flink.statefun.sdk.java.StatefulFunctions;
import org.apache.flink.statefun.sdk.java.TypeName;
import org.apache.flink.statefun.sdk.java.ValueSpec;
import org.apache.flink.statefun.sdk.java.handler.RequestReplyHandler;
import org.apache.flink.statefun.sdk.java.io.KafkaEgressMessage;
import org.apache.flink.statefun.sdk.java.message.EgressMessageBuilder;
import org.apache.flink.statefun.sdk.java.message.Message;
import org.apache.flink.statefun.sdk.java.message.MessageBuilder;
import org.apache.flink.statefun.sdk.java.slice.Slice;
import org.apache.flink.statefun.sdk.java.slice.Slices;
import org.apache.flink.statefun.sdk.java.types.SimpleType;
import org.apache.flink.statefun.sdk.java.types.Type;
import org.apache.flink.statefun.sdk.java.types.TypeSerializer;
import tools.jackson.databind.json.JsonMapper;

/** The functions as users of Apache's SDK write them. */
public final class SdkFunctions {

  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final TypeName SINK = TypeName.typeNameOf("ref", "sink");
  private static final TypeName OUT = TypeName.typeNameOf("ref", "out");

  private static final Type<Point> POINT =
      SimpleType.simpleImmutableTypeFrom(
          TypeName.typeNameOf("ref", "point"), PointType::bytes, PointType::point);
  private static final Type<Order> ORDER =
      SimpleType.simpleTypeFrom(
          TypeName.typeNameOf("ref", "order"),
          JSON::writeValueAsBytes,
          bytes -> JSON.readValue(bytes, Order.class));

  private static final Map<String, ValueSpec<?>> STATES = states();

  private final RequestReplyHandler handler =
      new StatefulFunctions()
          .withStatefulFunction(
              StatefulFunctionSpec.builder(TypeName.typeNameOf("ref", "calculator"))
                  .withValueSpecs(STATES.values().toArray(ValueSpec<?>[]::new))
                  .withSupplier(Calculator::new)
                  .build())
          .withStatefulFunction(
              StatefulFunctionSpec.builder(TypeName.typeNameOf("ref", "stateless"))
                  .withSupplier(Stateless::new)
                  .build())
          .withStatefulFunction(
              StatefulFunctionSpec.builder(TypeName.typeNameOf("ref", "asking"))
                  .withValueSpec(Asking.ANSWERS)
                  .withSupplier(Asking::new)
                  .build())
          .withStatefulFunction(
              StatefulFunctionSpec.builder(TypeName.typeNameOf("ref", "failing"))
                  .withSupplier(Failing::new)
                  .build())
          .requestReplyHandler();

  private static Map<String, ValueSpec<?>> states() {
    Map<String, ValueSpec<?>> states = new HashMap<>();
    states.put("bool", ValueSpec.named("bool").withBooleanType());
    states.put("int", ValueSpec.named("int").withIntType());
    states.put(
        "long", ValueSpec.named("long").thatExpireAfterWrite(Duration.ofHours(1)).withLongType());
    states.put("float", ValueSpec.named("float").withFloatType());
    states.put("double", ValueSpec.named("double").withDoubleType());
    states.put(
        "string",
        ValueSpec.named("string").thatExpiresAfterCall(Duration.ofHours(1)).withUtf8StringType());
    states.put("point", ValueSpec.named("point").withCustomType(POINT));
    states.put("json", ValueSpec.named("json").withCustomType(ORDER));
    return states;
  }

  /** Handles a request, and waits for the reply. */
  public byte[] handle(byte[] request) {
    return handler.handle(Slices.wrap(request)).join().toByteArray();
  }

  private static final class Calculator implements StatefulFunction {

    @Override
    public CompletableFuture<Void> apply(Context context, Message message) {
      message.asUtf8String().lines().forEach(line -> run(line.split(" "), context));
      return context.done();
    }

    @SuppressWarnings("unchecked")
    private static void run(String[] words, Context context) {
      AddressScopedStorage storage = context.storage();
      switch (words[0]) {
        case "set" ->
            storage.set(
                (ValueSpec<Object>) state(words[1]),
                BeanFunctions.value(words[1], Integer.parseInt(words[2])));
        case "clear" -> storage.remove(state(words[1]));
        case "show" -> context.send(shown((ValueSpec<Object>) state(words[1]), storage));
        case "send" -> context.send(to(words[1]).withValue(number(words)).build());
        case "later" ->
            context.sendAfter(
                Duration.ofMillis(Integer.parseInt(words[1])),
                to("s").withValue(number(words)).build());
        case "token" ->
            context.sendAfter(
                Duration.ofMillis(Integer.parseInt(words[2])),
                words[1],
                MessageBuilder.forAddress(context.self()).withValue(words[1]).build());
        case "cancel" -> context.cancelDelayedMessage(words[1]);
        case "egress" ->
            context.send(
                EgressMessageBuilder.forEgress(OUT)
                    .withCustomType(
                        (Type<Object>) state(words[1]).type(),
                        BeanFunctions.value(words[1], number(words)))
                    .build());
        case "kafka" ->
            context.send(
                KafkaEgressMessage.forEgress(TypeName.typeNameOf("ref", "kafka"))
                    .withTopic("topic")
                    .withUtf8Key("key " + words[1])
                    .withValue(("value " + words[1]).getBytes(StandardCharsets.UTF_8))
                    .build());
        case "reply" ->
            context
                .caller()
                .ifPresent(
                    caller ->
                        context.send(
                            MessageBuilder.forAddress(caller).withValue(number(words)).build()));
        default -> throw new IllegalArgumentException(words[0]);
      }
    }

    private static Message shown(ValueSpec<Object> state, AddressScopedStorage storage) {
      return storage
          .get(state)
          .map(held -> to("s").withCustomType(state.type(), held).build())
          .orElseGet(() -> to("s").withValue("none").build());
    }

    private static ValueSpec<?> state(String name) {
      return Objects.requireNonNull(STATES.get(name));
    }

    private static MessageBuilder to(String id) {
      return MessageBuilder.forAddress(SINK, id);
    }

    private static int number(String[] words) {
      return Integer.parseInt(words[words.length - 1]);
    }
  }

  private static final class Stateless implements StatefulFunction {

    @Override
    public CompletableFuture<Void> apply(Context context, Message message) {
      context.send(MessageBuilder.fromMessage(message).withTargetAddress(SINK, "s").build());
      Type<Slice> asItIs = new BytesType(message.valueTypeName());
      context.send(
          EgressMessageBuilder.forEgress(OUT).withCustomType(asItIs, message.rawValue()).build());
      return context.done();
    }
  }

  /** Bytes under any name. */
  private record BytesType(TypeName typeName) implements Type<Slice> {

    @Override
    public TypeSerializer<Slice> typeSerializer() {
      return new TypeSerializer<>() {
        @Override
        public Slice serialize(Slice value) {
          return value;
        }

        @Override
        public Slice deserialize(Slice bytes) {
          return bytes;
        }
      };
    }
  }

  private static final class Asking implements StatefulFunction {

    private static final ValueSpec<String> ANSWERS =
        ValueSpec.named("answers").withUtf8StringType();

    @Override
    public CompletableFuture<Void> apply(Context context, Message message) {
      return CompletableFuture.supplyAsync(() -> "answer to " + message.asUtf8String())
          .thenAccept(
              answer -> {
                AddressScopedStorage storage = context.storage();
                storage.set(ANSWERS, storage.get(ANSWERS).orElse("") + answer + "; ");
                context.send(MessageBuilder.forAddress(SINK, "s").withValue(answer).build());
              });
    }
  }

  private static final class Failing implements StatefulFunction {

    @Override
    public CompletableFuture<Void> apply(Context context, Message message) {
      throw new IllegalStateException("as told");
    }
  }
}
