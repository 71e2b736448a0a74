/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.remote;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.DiscardUnknownFieldsParser;
import com.google.protobuf.ExtensionRegistryLite;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.Parser;
import com.google.protobuf.WireFormat;
import io.statefun.engine.RemoteReply;
import io.statefun.engine.Retention;
import io.statefun.function.EgressRecord;
import io.statefun.message.Address;
import io.statefun.message.TypeName;
import io.statefun.message.TypedValue;
import io.statefun.remote.protocol.FromFunction;
import io.statefun.remote.protocol.KafkaProducerRecord;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads replies, which may come from anybody. What is in a reply is read piece by piece, so that
 * one that says many times nothing in few bytes takes no memory before it is refused.
 */
final class ReplyReader {

  /** More than any function has reason to do with one batch. */
  static final int MAX_PIECES = 100_000;

  /** The longest delay, in milliseconds: some thousand years. */
  private static final long MAX_DELAY = Duration.ofDays(365_000).toMillis();

  private static final TypeName KAFKA_RECORD =
      TypeName.of("type.googleapis.com", KafkaProducerRecord.getDescriptor().getFullName());

  private final Map<String, RemoteReply.Mutation> states = new LinkedHashMap<>();
  private final List<RemoteReply.Outgoing> messages = new ArrayList<>();
  private final List<RemoteReply.Delayed> delayed = new ArrayList<>();
  private final List<EgressRecord> records = new ArrayList<>();
  private final List<RemoteReply.Declared> missing = new ArrayList<>();
  private boolean answered;
  private boolean incomplete;
  private int pieces;

  private ReplyReader() {}

  /**
   * Reads the body of a reply; one of no bytes says that nothing was done. Bytes that say nothing
   * that is known are none: taken for an answer, they would have the messages of the call be lost.
   *
   * @throws InvalidReplyException if it is none
   */
  static RemoteReply read(byte[] body) throws InvalidReplyException {
    ReplyReader reader = new ReplyReader();
    try {
      reader.readReply(CodedInputStream.newInstance(body));
      if (body.length > 0 && !reader.answered) {
        throw new InvalidReplyException("it has neither a result nor states that are missing");
      }
    } catch (InvalidProtocolBufferException e) {
      throw new InvalidReplyException("the body is no message of the protocol: " + e.getMessage());
    } catch (IOException e) {
      throw new InvalidReplyException(String.valueOf(e.getMessage()), e);
    } catch (IllegalArgumentException e) {
      throw new InvalidReplyException("a name in it is not valid: " + e.getMessage(), e);
    }
    return reader.incomplete
        ? new RemoteReply.Incomplete(reader.missing)
        : new RemoteReply.Done(
            List.copyOf(reader.states.values()), reader.messages, reader.delayed, reader.records);
  }

  private void readReply(CodedInputStream in) throws IOException, InvalidReplyException {
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      int field = WireFormat.getTagFieldNumber(tag);
      if (isMessage(tag, FromFunction.INVOCATION_RESULT_FIELD_NUMBER)) {
        begin(false);
        readNested(in, this::readDone);
      } else if (isMessage(tag, FromFunction.INCOMPLETE_INVOCATION_CONTEXT_FIELD_NUMBER)) {
        begin(true);
        readNested(in, this::readIncomplete);
      } else if (field == FromFunction.INVOCATION_RESULT_FIELD_NUMBER
          || field == FromFunction.INCOMPLETE_INVOCATION_CONTEXT_FIELD_NUMBER
          || !in.skipField(tag)) {
        throw new InvalidReplyException("field " + field + " has no such wire type");
      }
    }
  }

  /** Of two answers in one reply the last counts. */
  private void begin(boolean isIncomplete) {
    answered = true;
    if (incomplete != isIncomplete) {
      incomplete = isIncomplete;
      states.clear();
      messages.clear();
      delayed.clear();
      records.clear();
      missing.clear();
    }
  }

  private static boolean isMessage(int tag, int field) {
    return WireFormat.getTagFieldNumber(tag) == field
        && WireFormat.getTagWireType(tag) == WireFormat.WIRETYPE_LENGTH_DELIMITED;
  }

  private static void readNested(CodedInputStream in, Part part)
      throws IOException, InvalidReplyException {
    int limit = in.pushLimit(in.readRawVarint32());
    part.read(in);
    in.checkLastTagWas(0);
    in.popLimit(limit);
  }

  private void readDone(CodedInputStream in) throws IOException, InvalidReplyException {
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      countPiece();
      if (isMessage(tag, FromFunction.InvocationResponse.STATE_MUTATIONS_FIELD_NUMBER)) {
        change(piece(in, FromFunction.PersistedValueMutation.parser()));
      } else if (isMessage(tag, FromFunction.InvocationResponse.OUTGOING_MESSAGES_FIELD_NUMBER)) {
        FromFunction.Invocation sent = piece(in, FromFunction.Invocation.parser());
        messages.add(outgoing(sent.getTarget(), sent.getArgument()));
      } else if (isMessage(tag, FromFunction.InvocationResponse.DELAYED_INVOCATIONS_FIELD_NUMBER)) {
        delayed.add(delayed(piece(in, FromFunction.DelayedInvocation.parser())));
      } else if (isMessage(tag, FromFunction.InvocationResponse.OUTGOING_EGRESSES_FIELD_NUMBER)) {
        records.add(egress(piece(in, FromFunction.EgressMessage.parser())));
      } else if (!in.skipField(tag)) {
        return;
      }
    }
  }

  private void readIncomplete(CodedInputStream in) throws IOException, InvalidReplyException {
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      countPiece();
      if (isMessage(tag, FromFunction.IncompleteInvocationContext.MISSING_VALUES_FIELD_NUMBER)) {
        missing.add(declared(piece(in, FromFunction.PersistedValueSpec.parser())));
      } else if (!in.skipField(tag)) {
        return;
      }
    }
  }

  private void countPiece() throws InvalidReplyException {
    if (++pieces > MAX_PIECES) {
      throw new InvalidReplyException("it has more than " + MAX_PIECES + " messages and changes");
    }
  }

  private static <T extends Message> T piece(CodedInputStream in, Parser<T> parser)
      throws IOException {
    // Fields of a newer protocol would take many times their bytes if they were kept.
    return in.readMessage(
        DiscardUnknownFieldsParser.wrap(parser), ExtensionRegistryLite.getEmptyRegistry());
  }

  private void change(FromFunction.PersistedValueMutation mutation) throws InvalidReplyException {
    String state = mutation.getStateName();
    RemoteReply.Mutation change =
        switch (mutation.getMutationType()) {
          case DELETE -> new RemoteReply.Mutation(state, null);
          case MODIFY -> new RemoteReply.Mutation(state, stateValue(mutation.getStateValue()));
          case UNRECOGNIZED ->
              throw new InvalidReplyException(
                  "state '" + state + "' is changed in the unknown way " + number(mutation));
        };
    if (states.put(state, change) != null) {
      throw new InvalidReplyException("state '" + state + "' is changed twice");
    }
  }

  private static int number(FromFunction.PersistedValueMutation mutation) {
    return mutation.getMutationTypeValue();
  }

  private static RemoteReply.Outgoing outgoing(
      io.statefun.remote.protocol.Address target, io.statefun.remote.protocol.TypedValue argument) {
    return new RemoteReply.Outgoing(
        Address.of(TypeName.of(target.getNamespace(), target.getType()), target.getId()),
        value(argument));
  }

  private static RemoteReply.Delayed delayed(FromFunction.DelayedInvocation one)
      throws InvalidReplyException {
    String token = one.getCancellationToken();
    if (one.getIsCancellationRequest()) {
      if (token.isEmpty()) {
        throw new InvalidReplyException("a cancellation has no token");
      }
      return new RemoteReply.Delayed(Duration.ZERO, null, token);
    }
    if (one.getDelayInMs() < 0 || one.getDelayInMs() > MAX_DELAY) {
      throw new InvalidReplyException(
          "a message is delayed by " + one.getDelayInMs() + " ms, not 0 to " + MAX_DELAY);
    }
    return new RemoteReply.Delayed(
        Duration.ofMillis(one.getDelayInMs()), outgoing(one.getTarget(), one.getArgument()), token);
  }

  private static EgressRecord egress(FromFunction.EgressMessage one)
      throws InvalidProtocolBufferException {
    TypeName egress = TypeName.of(one.getEgressNamespace(), one.getEgressType());
    TypedValue value = value(one.getArgument());
    if (value.typeName().equals(KAFKA_RECORD)) {
      // An egress that finds out later can only hold up everything, or lose it.
      KafkaProducerRecord unused = KafkaProducerRecord.parseFrom(one.getArgument().getValue());
    }
    return EgressRecord.of(egress, value);
  }

  private static RemoteReply.Declared declared(FromFunction.PersistedValueSpec spec)
      throws InvalidReplyException {
    String type = spec.getTypeTypename();
    return new RemoteReply.Declared(
        spec.getStateName(),
        TypeName.parse(type.isEmpty() ? "io.statefun.types/unset" : type),
        retention(spec));
  }

  private static Retention retention(FromFunction.PersistedValueSpec spec)
      throws InvalidReplyException {
    FromFunction.ExpirationSpec expiration = spec.getExpirationSpec();
    return switch (expiration.getMode()) {
      case NONE, UNRECOGNIZED -> Retention.FOREVER;
      case AFTER_WRITE -> new Retention(Retention.Mode.AFTER_WRITE, lifetime(spec));
      case AFTER_INVOKE -> new Retention(Retention.Mode.AFTER_ACCESS, lifetime(spec));
    };
  }

  private static Duration lifetime(FromFunction.PersistedValueSpec spec)
      throws InvalidReplyException {
    long millis = spec.getExpirationSpec().getExpireAfterMillis();
    if (millis < 1 || millis > MAX_DELAY) {
      throw new InvalidReplyException(
          "state '" + spec.getStateName() + "' expires after " + millis + " ms");
    }
    return Duration.ofMillis(millis);
  }

  /** Apache's Java SDK leaves the type out when a mutable type gets its first value. */
  private static TypedValue stateValue(io.statefun.remote.protocol.TypedValue value) {
    return value.getTypename().isEmpty()
        ? TypedValue.ofBytes(RemoteReply.Mutation.UNTOLD, value.getValue().toByteArray())
        : value(value);
  }

  private static TypedValue value(io.statefun.remote.protocol.TypedValue value) {
    ByteString bytes = value.getValue();
    return TypedValue.ofBytes(TypeName.parse(value.getTypename()), bytes.toByteArray());
  }

  /** A part of a reply. */
  private interface Part {

    void read(CodedInputStream in) throws IOException, InvalidReplyException;
  }
}
