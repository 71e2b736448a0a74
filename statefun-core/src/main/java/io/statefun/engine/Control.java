/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import io.statefun.message.Address;
import io.statefun.message.TypeName;
import io.statefun.message.TypedValue;
import io.statefun.wire.ByteReader;
import io.statefun.wire.ByteWriter;
import io.statefun.wire.CorruptDataException;
import io.statefun.wire.NewerFormatException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a partition is asked or told itself, rather than an instance in it. It travels as a message
 * to an instance of the partition, so that it comes to wherever that is, once, and in order. What
 * tells it from other messages is its source, which neither functions nor others can make up.
 */
sealed interface Control {

  int FORMAT = 1;

  /** The second byte, which says what it is. */
  int READ = 1;

  int LIST_DEAD_LETTERS = 2;
  int REPLAY = 3;
  int DISCARD = 4;
  int CALL = 5;
  int ATTACH = 6;
  int FORGET = 7;
  int QUERY = 16;
  int SCAN = 17;
  int COMPLETE = 8;
  int COUNT_DEAD_LETTERS = 18;

  /** Asks what there is of the instance that it is sent to. */
  record Read(int limit) implements Control {}

  /**
   * Asks for dead letters of the partition.
   *
   * @param after the number behind which they begin
   * @param limit how many
   */
  record ListDeadLetters(long after, int limit) implements Control {}

  /** Asks how many dead letters the partition has, and all others of its node. */
  record CountDeadLetters() implements Control {}

  /**
   * Has the message of a dead letter handled again.
   *
   * @param number the dead letter's
   * @param target to whom it goes in place of its target, or null
   * @param value what it says in place of what it said, or null
   */
  record Replay(long number, @Nullable Address target, @Nullable TypedValue value)
      implements Control {}

  /** Drops a dead letter. */
  record Discard(long number) implements Control {}

  /**
   * Calls the instance that it is sent to, unless it was called with the key already.
   *
   * @param nonce tells this call from others with the key
   * @param message what the instance is sent
   * @param retention how long the key is known, in milliseconds
   * @param forReply whether the answer comes with the reply, not at once
   */
  record Call(String key, String nonce, TypedValue message, long retention, boolean forReply)
      implements Control {}

  /** Asks for the reply to the call that the instance got with a key. */
  record Attach(String key) implements Control {}

  /** Has the partition forget a call to the instance that it is sent to. */
  record Forget(String key, String nonce) implements Control {}

  /** Asks the instance that it is sent to for the answer to a query. */
  record Query(TypedValue query) implements Control {}

  /** Asks for the states of some instances of the partition. */
  record Scan(StateScan scan) implements Control {}

  /** Completes an awakeable of an instance of the partition. */
  record Complete(String token, TypedValue message) implements Control {

    /** Without the token. */
    @Override
    public String toString() {
      return "Complete[" + message + "]";
    }
  }

  /** What the message says. */
  default TypedValue encoded() {
    ByteWriter out = new ByteWriter(64).writeByte(FORMAT);
    if (this instanceof Read read) {
      out.writeByte(READ).writeVarInt(read.limit());
    } else if (this instanceof ListDeadLetters list) {
      out.writeByte(LIST_DEAD_LETTERS).writeVarLong(list.after()).writeVarInt(list.limit());
    } else if (this instanceof CountDeadLetters) {
      out.writeByte(COUNT_DEAD_LETTERS);
    } else if (this instanceof Replay replay) {
      out.writeByte(REPLAY).writeVarLong(replay.number());
      writeReplay(out, replay);
    } else if (this instanceof Discard discard) {
      out.writeByte(DISCARD).writeVarLong(discard.number());
    } else if (this instanceof Call call) {
      out.writeByte(CALL)
          .writeString(call.key())
          .writeString(call.nonce())
          .writeVarLong(call.retention())
          .writeBoolean(call.forReply());
      MessageCodec.writeValue(out, call.message());
    } else if (this instanceof Attach attach) {
      out.writeByte(ATTACH).writeString(attach.key());
    } else if (this instanceof Forget forget) {
      out.writeByte(FORGET).writeString(forget.key()).writeString(forget.nonce());
    } else if (this instanceof Query query) {
      MessageCodec.writeValue(out.writeByte(QUERY), query.query());
    } else if (this instanceof Scan scan) {
      scan.scan().write(out.writeByte(SCAN));
    } else if (this instanceof Complete complete) {
      out.writeByte(COMPLETE).writeString(complete.token());
      MessageCodec.writeValue(out, complete.message());
    }
    return TypedValue.ofBytes(Types.CONTROL, out.toByteArray());
  }

  private static void writeReplay(ByteWriter out, Replay replay) {
    Address target = replay.target();
    TypedValue value = replay.value();
    out.writeBoolean(target != null);
    if (target != null) {
      MessageCodec.writeAddress(out, target);
    }
    out.writeBoolean(value != null);
    if (value != null) {
      MessageCodec.writeValue(out, value);
    }
  }

  /**
   * Reads what {@link #encoded} wrote.
   *
   * @throws NewerFormatException if a newer version did
   */
  static Control read(TypedValue value) {
    ByteReader in = new ByteReader(value.bytes());
    NewerFormatException.check("A question or an order to a partition", in.readByte(), FORMAT);
    int kind = in.readByte();
    return switch (kind) {
      case READ -> new Read(in.readVarInt());
      case LIST_DEAD_LETTERS -> new ListDeadLetters(in.readVarLong(), in.readVarInt());
      case COUNT_DEAD_LETTERS -> new CountDeadLetters();
      case REPLAY ->
          new Replay(
              in.readVarLong(),
              in.readBoolean() ? MessageCodec.readAddress(in) : null,
              in.readBoolean() ? MessageCodec.readValue(in) : null);
      case DISCARD -> new Discard(in.readVarLong());
      case CALL -> readCall(in);
      case ATTACH -> new Attach(in.readString());
      case FORGET -> new Forget(in.readString(), in.readString());
      case QUERY -> new Query(MessageCodec.readValue(in));
      case SCAN -> new Scan(StateScan.read(in));
      case COMPLETE -> new Complete(in.readString(), MessageCodec.readValue(in));
      default -> throw new CorruptDataException("A partition is told something unknown: " + kind);
    };
  }

  private static Call readCall(ByteReader in) {
    String key = in.readString();
    String nonce = in.readString();
    long retention = in.readVarLong();
    boolean forReply = in.readBoolean();
    return new Call(key, nonce, MessageCodec.readValue(in), retention, forReply);
  }

  /** The message to an instance, whose answer goes to a request. */
  static Message message(
      Address target, Address reply, Control control, Map<String, byte[]> headers) {
    return Message.of(target, Address.of(Types.SOURCE, reply.id()), control.encoded(), headers);
  }

  /** The message to an instance, which nobody waits for. */
  static Message message(Address target, Control control) {
    return Message.of(target, Address.of(Types.SOURCE, ""), control.encoded());
  }

  static boolean isControl(Message message) {
    Address source = message.source();
    return source != null && (source.type() == Types.SOURCE || source.type().equals(Types.SOURCE));
  }

  /** The address to which the answer goes, or null if nobody waits for it. */
  static @Nullable Address reply(Message message) {
    Address source = message.source();
    return source == null || source.id().isEmpty() ? null : Requests.address(source.id());
  }

  /** The same message for an application that has another number of partitions. */
  static Message rerouted(Message message, int partitions) {
    AwakeableToken token =
        isControl(message) && read(message.value()) instanceof Complete complete
            ? AwakeableToken.parse(complete.token())
            : null;
    return token == null ? message : message.to(token.place(partitions));
  }

  /** An address, of no instance, that is in a partition. */
  static Address partition(int number, int partitions) {
    for (int i = 0; ; i++) {
      Address address = Address.of(Types.PARTITION, number + "/" + i);
      if (address.partition(partitions) == number) {
        return address;
      }
    }
  }

  /** Names that only the engine uses. */
  final class Types {

    private static final TypeName CONTROL = TypeName.of("io.statefun", "control");
    private static final TypeName SOURCE = TypeName.of("io.statefun", "operator");
    private static final TypeName PARTITION = TypeName.of("io.statefun", "partition");

    private Types() {}
  }
}
