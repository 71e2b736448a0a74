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
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * What a partition keeps of an awakeable. Until it is completed, withdrawn or timed out, its timer
 * holds the message of the time-out; afterwards the timer says when it is forgotten.
 *
 * @param state how far it is
 * @param owner the instance that waits
 * @param secret the digest of the token's secret
 * @param timer the key of its timer
 * @param types of what may complete it
 * @param completion the digest of what has completed it; empty if nothing has
 */
@SuppressWarnings("ArrayRecordComponent") // Nobody compares these.
record StoredAwakeable(
    State state,
    Address owner,
    byte[] secret,
    byte[] timer,
    List<TypeName> types,
    byte[] completion) {

  /** How long it is known what became of one. */
  static final Duration REMEMBERED = Duration.ofDays(1);

  private static final TypeName TYPE = TypeName.of("io.statefun", "awakeable");
  private static final int FORMAT = 1;
  private static final State[] STATES = State.values();
  private static final byte[] NOTHING = new byte[0];

  /** How far an awakeable is. The order is part of the stored format. */
  enum State {
    OPEN,
    COMPLETED,
    /** It was withdrawn or has timed out. */
    OVER
  }

  /** The source of the messages of an awakeable, which neither functions nor others can make up. */
  static Address source(String id) {
    return Address.of(TYPE, id);
  }

  static boolean isSource(@Nullable Address source) {
    return source != null && (source.type() == TYPE || source.type().equals(TYPE));
  }

  // What becomes of one

  /** Keeps a new one. */
  static void open(
      Partition partition,
      AwakeableToken token,
      Address owner,
      long until,
      List<TypeName> types,
      TypedValue onTimeout) {
    byte[] timer = Keys.timer(until, partition.nextNumber());
    setTimer(partition, timer, owner, token.idText(), onTimeout);
    partition.overlay.put(
        Keys.awakeable(token.id()),
        new StoredAwakeable(State.OPEN, owner, token.digest(), timer, types, NOTHING).write());
  }

  private static void setTimer(
      Partition partition, byte[] timer, Address owner, String id, TypedValue value) {
    Message message = Message.of(owner, source(id), value);
    partition.timers.set(timer, new Timers.Entry(Timers.Kind.AWAKEABLE, message, id));
  }

  static @Nullable StoredAwakeable find(Partition partition, byte[] id) {
    byte[] stored = partition.overlay.get(Keys.awakeable(id));
    return stored == null ? null : read(stored);
  }

  boolean isOpen() {
    return state == State.OPEN;
  }

  boolean isOf(AwakeableToken token) {
    return MessageDigest.isEqual(secret, token.digest());
  }

  boolean wasCompletedBy(TypedValue message) {
    return state == State.COMPLETED && MessageDigest.isEqual(completion, KeyedCall.digest(message));
  }

  /** Completes it, and returns what its owner is to handle. */
  Message complete(Partition partition, byte[] id, TypedValue message, long now) {
    close(partition, id, State.COMPLETED, KeyedCall.digest(message), now);
    return Message.of(owner, source(idText(id)), message);
  }

  /** Ends it, so that nothing comes of it any more. */
  void end(Partition partition, byte[] id, long now) {
    close(partition, id, State.OVER, NOTHING, now);
  }

  private void close(Partition partition, byte[] id, State end, byte[] digest, long now) {
    partition.timers.remove(timer);
    byte[] forgotten = Keys.timer(now + REMEMBERED.toMillis(), partition.nextNumber());
    setTimer(partition, forgotten, owner, idText(id), Message.NOTHING);
    partition.overlay.put(
        Keys.awakeable(id),
        new StoredAwakeable(end, owner, secret, forgotten, List.of(), digest).write());
  }

  private static String idText(byte[] id) {
    return new AwakeableToken(0, id, NOTHING).idText();
  }

  /**
   * Does what is to be done when a timer of one fires.
   *
   * @return whether the timer's message is to be sent to the owner
   */
  static boolean fire(Partition partition, Timers.Entry timer, long now) {
    byte[] id = AwakeableToken.id(timer.name());
    StoredAwakeable known = id == null ? null : find(partition, id);
    if (id == null || known == null) {
      return false;
    }
    if (known.isOpen()) {
      known.end(partition, id, now);
      return true;
    }
    partition.overlay.delete(Keys.awakeable(id));
    return false;
  }

  // How it is stored

  byte[] write() {
    ByteWriter out = new ByteWriter(192);
    out.writeByte(FORMAT).writeByte(state.ordinal());
    MessageCodec.writeAddress(out, owner);
    out.writeBytes(secret).writeBytes(timer).writeVarInt(types.size());
    types.forEach(type -> out.writeString(type.toString()));
    return out.writeBytes(completion).toByteArray();
  }

  static StoredAwakeable read(byte[] stored) {
    ByteReader in = new ByteReader(stored);
    NewerFormatException.check("An awakeable", in.readByte(), FORMAT);
    int state = in.readByte();
    if (state >= STATES.length) {
      throw new CorruptDataException("An awakeable is stored in the unknown state " + state);
    }
    Address owner = MessageCodec.readAddress(in);
    byte[] secret = in.readBytes();
    byte[] timer = in.readBytes();
    List<TypeName> types = new ArrayList<>();
    for (int count = in.readVarInt(); count > 0; count--) {
      types.add(MessageCodec.name(in.readString()));
    }
    return new StoredAwakeable(
        STATES[state], owner, secret, timer, List.copyOf(types), in.readBytes());
  }

  /** The same with another key of its timer. */
  StoredAwakeable withTimer(UnaryOperator<byte[]> change) {
    return new StoredAwakeable(state, owner, secret, change.apply(timer), types, completion);
  }
}
