/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import io.statefun.message.Address;
import io.statefun.state.Overlay;
import io.statefun.wire.ByteReader;
import io.statefun.wire.ByteWriter;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.function.BiPredicate;
import org.jspecify.annotations.Nullable;

/**
 * What a partition has of one instance, in stored form, as an answer that can go from one process
 * to another. It is bounded, as is the work to gather it, which keeps the worker from all else.
 */
final class InstanceDump {

  /** What an answer takes at most, well below what logs take of one message. */
  private static final int MAX_BYTES = 384 * 1024;

  /** How many timers and the like are looked at for those of the instance. */
  private static final int MAX_LOOKED_AT = 10_000;

  private static final int END = 0;
  private static final int ENTRY = 1;
  private static final int MESSAGE = 2;

  private final NodeServices node;
  private final Partition partition;
  private final Address address;
  private final int limit;
  private final ByteWriter out = new ByteWriter(1024);
  private boolean partial;
  private @Nullable Blockage blockage;

  private InstanceDump(NodeServices node, Partition partition, Address address, int limit) {
    this.node = node;
    this.partition = partition;
    this.address = address;
    this.limit = limit;
  }

  /** The answer to a question. */
  static byte[] of(NodeServices node, Partition partition, Message question, Control.Read read) {
    return new InstanceDump(node, partition, question.target(), read.limit()).gather();
  }

  private byte[] gather() {
    FunctionType function = node.functions().get(address.type());
    byte[] row = row(function);
    if (row.length > 0) {
      entry(Keys.row(address), row);
      RowCodec.contents(row, address, function).forEach(this::collection);
    }
    all(Keys.reminders(address));
    some(Keys.allTimers(), this::isTimer);
    some(Keys.allAsync(), (key, value) -> isOf(MessageCodec.readAddress(new ByteReader(value))));
    some(Keys.allDeadLetters(), (key, value) -> isOf(DeadLetter.read(value).target()));
    messages(InstanceContent.Place.MAILBOX, partition.mailbox);
    messages(InstanceContent.Place.OUTBOX, partition.outbox.inMemory());
    BlockedInstance blocked = partition.blocked.get(address);
    if (blocked != null) {
      blockage = blocked.blockage();
      messages(InstanceContent.Place.BLOCKED, blocked.rest.inMemory());
      all(Keys.blocked(address));
    }
    RemoteQueue remote = partition.remotes.get(address.type());
    if (remote != null) {
      blockage = remote.blockage(address);
      messages(InstanceContent.Place.CALLED, remote.called(address));
      messages(InstanceContent.Place.QUEUED, remote.queued(address));
    }
    out.writeByte(END).writeBoolean(partial);
    if (blockage != null) {
      blockage.write(out);
    }
    return out.toByteArray();
  }

  private byte[] row(@Nullable FunctionType function) {
    if (function == null) {
      byte[] stored = partition.overlay.get(Keys.row(address));
      return stored == null ? new byte[0] : stored;
    }
    Instance instance = partition.instance(address, function);
    if (instance.isEmpty()) {
      return new byte[0];
    }
    ByteWriter row = new ByteWriter(256);
    RowCodec.write(row, instance);
    return row.toByteArray();
  }

  private void collection(String state, Object held) {
    if (held instanceof SlotValue.ListHead list) {
      all(Keys.collection(address, state, list.generation()));
    } else if (held instanceof SlotValue.MapHead map) {
      all(Keys.collection(address, state, map.generation()));
    }
  }

  private boolean isTimer(byte[] key, byte[] value) {
    Message message = Timers.Entry.read(value).message();
    return isOf(message.target()) || isOf(message.source());
  }

  private boolean isOf(@Nullable Address other) {
    return other != null && address.equals(other);
  }

  /** Takes the first entries with a prefix. */
  private void all(byte[] prefix) {
    int count = 0;
    try (Overlay.Scan scan = partition.overlay.scan(prefix, Keys.after(prefix))) {
      while (scan.next()) {
        if (count++ == limit || isFull()) {
          partial = true;
          return;
        }
        entry(scan.key(), scan.value());
      }
    }
  }

  /** Takes those of the first entries with a prefix that are about the instance. */
  private void some(byte[] prefix, BiPredicate<byte[], byte[]> isOfInstance) {
    int count = 0;
    int lookedAt = 0;
    try (Overlay.Scan scan = partition.overlay.scan(prefix, Keys.after(prefix))) {
      while (scan.next()) {
        if (lookedAt++ == MAX_LOOKED_AT || isFull()) {
          partial = true;
          return;
        }
        if (isOfInstance.test(scan.key(), scan.value())) {
          if (count++ == limit) {
            partial = true;
            return;
          }
          entry(scan.key(), scan.value());
        }
      }
    }
  }

  private void messages(InstanceContent.Place place, Collection<Message> all) {
    int count = 0;
    for (Message message : all) {
      if (isOf(message.target()) && !Control.isControl(message)) {
        if (count++ == limit || isFull()) {
          partial = true;
          return;
        }
        out.writeByte(MESSAGE).writeByte(place.ordinal());
        MessageCodec.write(out, message);
      }
    }
  }

  private boolean isFull() {
    return out.size() > MAX_BYTES;
  }

  private void entry(byte[] key, byte[] value) {
    out.writeByte(ENTRY).writeBytes(key).writeBytes(value);
  }

  /** Reads an answer. */
  static InstanceView read(byte[] answer, Address address, NodeServices node, int limit) {
    FunctionType function = node.functions().get(address.type());
    InstanceReader reader =
        new InstanceReader(address, function, new ValueText(node.messageTypes()), limit);
    StateValues values =
        function == null ? null : new StateValues(address, function, node.clock().millis());
    InstanceContent.Place[] places = InstanceContent.Place.values();
    ByteReader in = new ByteReader(answer);
    for (int kind = in.readByte(); kind != END; kind = in.readByte()) {
      if (kind == ENTRY) {
        take(in.readBytes(), in.readBytes(), reader, values);
      } else {
        reader.waiting(places[in.readByte()], List.of(MessageCodec.read(in)));
      }
    }
    boolean partial = in.readBoolean();
    Blockage blocked = in.hasRemaining() ? Blockage.read(in) : null;
    if (values != null) {
      for (RuntimeException unreadable : values.unreadable().values()) {
        throw unreadable;
      }
    }
    return new InstanceView(
        reader.result(), values == null ? Map.of() : values.result(), blocked, partial);
  }

  private static void take(
      byte[] key, byte[] value, InstanceReader reader, @Nullable StateValues values) {
    switch (Keys.kind(key)) {
      case COLLECTION -> {
        reader.collectionEntry(key, value);
        if (values != null) {
          values.collectionEntry(key, value);
        }
      }
      case ROW -> {
        reader.put(key, value);
        if (values != null) {
          values.row(value);
        }
      }
      default -> reader.put(key, value);
    }
  }
}
