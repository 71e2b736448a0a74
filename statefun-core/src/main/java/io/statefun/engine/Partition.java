/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import io.statefun.cluster.Inbox;
import io.statefun.io.Ingress;
import io.statefun.message.Address;
import io.statefun.message.TypeName;
import io.statefun.message.TypedValue;
import io.statefun.snapshot.ChunkPool;
import io.statefun.state.Change;
import io.statefun.state.Overlay;
import io.statefun.state.StateBackend;
import io.statefun.wire.ByteReader;
import io.statefun.wire.ByteWriter;
import io.statefun.wire.NewerFormatException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A partition that a worker owns: its mailbox, the instances that are in memory, and the changes
 * that are not in the backend yet. Nobody but its worker touches it, except for what says so.
 */
final class Partition {

  private static final byte[] NOTHING = new byte[0];

  final int index;
  final Overlay overlay;
  final Timers timers;
  final DeadLetterTally deadLetters;
  final SpillQueue outbox;
  final Inbox inbox;

  /** What the partition is to read from the beginning. */
  final List<IngressSplit> splits = new ArrayList<>();

  final ArrayDeque<Message> mailbox = new ArrayDeque<>();
  final Map<Address, BlockedInstance> blocked = new HashMap<>();
  final PriorityQueue<BlockedInstance> retries =
      new PriorityQueue<>((a, b) -> Long.compare(a.retryAt, b.retryAt));

  /** By stored name, for functions elsewhere, what waits for them and whom they are called for. */
  final Map<TypeName, RemoteQueue> remotes = new LinkedHashMap<>();

  /** Those of them that the worker has to look at. */
  final ArrayDeque<RemoteQueue> touchedRemotes = new ArrayDeque<>();

  private final Instances instances;

  private final Scratch scratch;
  private final ChunkPool chunks;
  private final Set<TypeName> transactional;
  private final @Nullable DeadLetterEgress deadLetterEgress;
  private final int largestPosted;

  /** How many messages for one function elsewhere are in memory. */
  private final int capacity;

  private final ByteWriter stored = new ByteWriter(128);

  /** The newest savepoint that it has a part in, or is past. */
  private long savepoint;

  /** What comes from elsewhere for its part in that; null if it has none, or has been moved. */
  private @Nullable ChannelRecorder channels;

  /** A marker of a savepoint that comes before anything that follows in the inbox. */
  private Posting.@Nullable Marker heldMarker;

  /** Where the inbox was before that. */
  private long heldAt;

  /** Whether the partition is in its worker's list of those with messages. */
  boolean scheduled;

  private PartitionEpoch current = new PartitionEpoch(this);
  private long epoch;
  private boolean garbage = true;
  private long sequence;
  private long storedSequence;

  /** The newest epoch that the backend holds; written by the applier. */
  private volatile long appliedEpoch;

  /** The newest committed epoch that has changed anything; written by the committer. */
  private volatile long changedEpoch;

  /** How far the inbox was read when its worker last said so. */
  private final AtomicLong inboxPosition;

  private volatile boolean gone;

  Partition(
      int index,
      StateBackend.PartitionStore store,
      Inbox inbox,
      Scratch scratch,
      ChunkPool chunks,
      Set<TypeName> transactional,
      @Nullable DeadLetterEgress deadLetterEgress,
      int largestPosted,
      int capacity) {
    this.index = index;
    this.capacity = capacity;
    this.inbox = inbox;
    this.inboxPosition = new AtomicLong(inbox.position());
    this.transactional = transactional;
    this.deadLetterEgress = deadLetterEgress;
    this.largestPosted = largestPosted;
    this.overlay = new Overlay(store);
    this.timers = new Timers(overlay);
    this.deadLetters = new DeadLetterTally(overlay);
    this.outbox = new SpillQueue(SpillQueue.USUAL_HEAD, Keys.outbox(), overlay, scratch);
    this.scratch = scratch;
    this.chunks = chunks;
    this.instances = new Instances(store, chunks);
  }

  /** Sets how many bytes the instances in memory may take. */
  void limitRows(long maxBytes) {
    instances.limit(maxBytes);
  }

  /** Whether the node has the partition no longer, nor anything to commit of it. */
  boolean isGone() {
    return gone;
  }

  /** Tells everybody that the node has it no longer. */
  void leave() {
    gone = true;
  }

  /** The instance of an address, fetched if it is not in memory; valid until the next call. */
  Instance instance(Address address, FunctionType function) {
    return instances.get(address, function, appliedEpoch);
  }

  /** Prepares for invocations with some messages. */
  void prefetch(Message[] messages, int count) {
    instances.prefetch(messages, count);
  }

  /** Keeps what a handler has changed of an instance. */
  void keep(Instance instance) {
    instances.keep(instance, epoch);
  }

  int instancesInMemory() {
    return instances.size();
  }

  /** A number that this partition never used before. */
  long nextNumber() {
    return ++sequence;
  }

  SpillQueue newBlockedQueue(Address address) {
    return new SpillQueue(SpillQueue.USUAL_HEAD, Keys.blocked(address), overlay, scratch);
  }

  BlockedInstance block(Address address) {
    return blocked.computeIfAbsent(address, key -> new BlockedInstance(key, newBlockedQueue(key)));
  }

  /** The messages for a function elsewhere. */
  RemoteQueue remote(TypeName function) {
    return remotes.computeIfAbsent(
        function, name -> new RemoteQueue(name, capacity, overlay, scratch, touchedRemotes));
  }

  void emit(OutgoingRecord outgoing) {
    if (transactional.contains(outgoing.egress())) {
      current.emitTransactional(outgoing);
      return;
    }
    stored.reset();
    outgoing.write(stored);
    current.emit(outgoing, stored, chunks);
  }

  /**
   * Has a message leave with the commit, for a partition that is elsewhere.
   *
   * @throws UnhandledMessageException if it is larger than any that the log takes
   */
  void post(int target, Message message) {
    stored.reset();
    Posting.writeLetter(stored, index, message);
    if (stored.size() > largestPosted) {
      throw new UnhandledMessageException(
          "The message takes "
              + stored.size()
              + " bytes, and to another process at most "
              + largestPosted
              + " can be sent. Send less, as a reference to what is large, or have the log take more",
          null);
    }
    current.post(target, stored.toByteArray());
  }

  /** Has the node of partition 0, which is elsewhere, asked for a savepoint. */
  void postRequest(String name) {
    current.post(0, Posting.request(name));
  }

  // Savepoints

  /** The newest savepoint that it has a part in, or is past. */
  long savepoint() {
    return savepoint;
  }

  /**
   * Has the epoch end with the partition's part in a savepoint.
   *
   * @param senders the partitions whose messages may be on their way through the inbox
   */
  void beginSavepoint(long number, Collection<Integer> senders) {
    ChannelRecorder recorder = new ChannelRecorder(senders, scratch);
    passSavepoint(number);
    channels = recorder;
    current.channels = recorder;
  }

  /** Is past a savepoint, without a part in it: it will never be complete. */
  void passSavepoint(long number) {
    savepoint = number;
    channels = null;
    overlay.put(Keys.savepoint(), new ByteWriter(10).writeVarLong(number).toByteArray());
  }

  /** Takes what comes from elsewhere, if a savepoint needs it. */
  void record(Posting.Letter letter) {
    if (channels != null) {
      channels.add(letter.sender(), letter.message());
    }
  }

  /** The next thing in the inbox, or null if there is none, or a savepoint has to come first. */
  @Nullable Posting nextPosting() {
    Posting.Marker held = heldMarker;
    if (held != null) {
      if (held.savepoint() > savepoint) {
        return null;
      }
      heldMarker = null;
      mark(held);
      return held;
    }
    long position = inbox.position();
    byte[] posted = inbox.poll();
    if (posted == null) {
      return null;
    }
    Posting next = read(posted);
    if (next instanceof Posting.Marker marker) {
      if (marker.savepoint() > savepoint) {
        heldMarker = marker;
        heldAt = position;
      } else {
        mark(marker);
      }
    }
    return next;
  }

  /** How far the inbox was read when its worker last said so. Called by any thread. */
  long inboxPosition() {
    return inboxPosition.get();
  }

  void publishInboxPosition() {
    inboxPosition.lazySet(inbox.position());
  }

  private static Posting read(byte[] posted) {
    try {
      return Posting.read(posted);
    } catch (NewerFormatException upgradeFirst) {
      throw upgradeFirst;
    } catch (RuntimeException notOurs) {
      return new Posting.Foreign(posted, notOurs);
    }
  }

  private void mark(Posting.Marker marker) {
    if (channels != null && marker.savepoint() == savepoint) {
      channels.mark(marker.senders());
    }
  }

  /** Puts a message among those that no function could handle, and has it leave if it is to. */
  void addDeadLetter(DeadLetter letter) {
    DeadLetterEgress egress = deadLetterEgress;
    if (egress != null) {
      emit(egress.record(index, nextNumber(), letter));
    }
    if (egress == null || egress.keep()) {
      keepDeadLetter(letter);
    }
  }

  /** The same for a record that an egress refuses, which may be a dead letter already. */
  void addDeadLetter(DeadLetter refused, TypeName refusedBy) {
    DeadLetterEgress egress = deadLetterEgress;
    if (egress == null || !egress.name().equals(refusedBy)) {
      addDeadLetter(refused);
    } else if (!egress.keep()) {
      keepDeadLetter(DeadLetterEgress.asItWas(refused));
    }
  }

  private void keepDeadLetter(DeadLetter letter) {
    deadLetters.add(nextNumber(), letter.write());
  }

  /** Has all entries removed whose keys begin with a prefix, a few at a time. */
  void addGarbage(byte[] prefix) {
    overlay.put(Keys.garbage(prefix), NOTHING);
    garbage = true;
  }

  boolean hasGarbage() {
    return garbage;
  }

  /** Removes some entries of lists and maps that were cleared. */
  void collectGarbage(int limit) {
    byte[] all = Keys.allGarbage();
    byte[] marker = null;
    List<byte[]> found = new ArrayList<>();
    try (Overlay.Scan markers = overlay.scan(all, Keys.after(all))) {
      if (markers.next()) {
        marker = markers.key();
      }
    }
    garbage = marker != null;
    if (marker == null) {
      return;
    }
    byte[] prefix = Keys.suffix(marker, all);
    try (Overlay.Scan entries = overlay.scan(prefix, Keys.after(prefix))) {
      while (found.size() < limit && entries.next()) {
        found.add(entries.key());
      }
    }
    found.forEach(overlay::delete);
    if (found.size() < limit) {
      overlay.delete(marker);
    }
  }

  /** How many bytes the current epoch has changed, roughly. */
  long epochBytes() {
    return overlay.bytes() + instances.changedBytes() + current.egressBytes();
  }

  /** How many bytes the rows in memory take beyond their limit; negative if there is room. */
  long excessBytes() {
    return instances.excessBytes();
  }

  /** Forgets rows in memory that the backend has, if there are too many. */
  void trim() {
    instances.trim(appliedEpoch);
  }

  /** How many records for egresses the current epoch has. */
  int epochRecords() {
    return current.egress.size();
  }

  boolean hasChanges() {
    return instances.changedBytes() > 0 || current.egressBytes() > 0 || overlay.bytes() > 0;
  }

  /** Ends the epoch and begins the next one. */
  PartitionEpoch cut(long nextEpoch) {
    PartitionEpoch ended = current;
    for (Message message : mailbox) {
      addPending(ended, message);
    }
    outbox.cut(ended.pending.outbox);
    for (BlockedInstance instance : blocked.values()) {
      instance.cut(ended.pending.blocked);
    }
    for (RemoteQueue queue : remotes.values()) {
      queue.cut(ended.pending.remote);
    }
    if (sequence != storedSequence) {
      overlay.put(Keys.counters(), new ByteWriter(10).writeVarLong(sequence).toByteArray());
      storedSequence = sequence;
    }
    ended.rows = instances.cut();
    ended.inbox = heldMarker == null ? inbox.position() : heldAt;
    ended.changeBytes = overlay.bytes();
    ended.changes = overlay.cut(nextEpoch);
    current = new PartitionEpoch(this);
    epoch = nextEpoch;
    return ended;
  }

  static void addPending(PartitionEpoch ended, Message message) {
    if (message.end() == null) {
      ended.pending.mailbox.add(message);
    }
  }

  /** Tells that the backend holds everything up to an epoch. Called by the applier. */
  void setAppliedEpoch(long newEpoch) {
    appliedEpoch = newEpoch;
  }

  /** Tells that a committed epoch has changed something. Called by the committer. */
  void setChangedEpoch(long newEpoch) {
    changedEpoch = newEpoch;
  }

  /** Whether the backend holds everything that is committed. Called by any thread. */
  boolean isApplied() {
    return appliedEpoch >= changedEpoch;
  }

  /** How large a message to a partition elsewhere may be. */
  int largestPosted() {
    return largestPosted;
  }

  /** Forgets changes that the backend holds. */
  void applied(List<Change> changes) {
    overlay.applied(changes);
  }

  /** Begins with the first epoch of the node that has it, once {@link #restore} has been called. */
  void begin(long firstEpoch) {
    epoch = firstEpoch;
    appliedEpoch = firstEpoch - 1;
    overlay.cut(firstEpoch);
    for (BlockedInstance instance : blocked.values()) {
      instance.drain();
      retries.add(instance);
    }
  }

  /**
   * Takes up what the backend holds, and the messages of its last epoch, before anything else. May
   * be called by another thread than the worker's, and changes nothing that is stored.
   */
  void restore(PendingMessages pending) {
    byte[] counters = overlay.get(Keys.counters());
    if (counters != null) {
      sequence = new ByteReader(counters).readVarLong();
      storedSequence = sequence;
    }
    byte[] newest = overlay.get(Keys.savepoint());
    savepoint = newest == null ? 0 : new ByteReader(newest).readVarLong();
    mailbox.addAll(pending.mailbox);
    pending.outbox.forEach(outbox::restoreHead);
    scan(Keys.outbox(), outbox::restoreChunk);
    pending.blocked.forEach(message -> block(message.target()).rest.restoreHead(message));
    scan(Keys.allBlocked(), key -> block(Keys.blockedAddress(key)).rest.restoreChunk(key));
    pending.remote.forEach(message -> remote(message.target().type()).restore(message));
    scan(Keys.allQueues(), key -> remote(Keys.queueFunction(key)).restoreChunk(key));
    deadLetters.restore();
    restoreCalls();
    restoreWaiting();
    restoreAsync();
  }

  private void restoreCalls() {
    byte[] all = Keys.allCalls();
    try (Overlay.Scan scan = overlay.scan(all, Keys.after(all))) {
      while (scan.next()) {
        Address target = Keys.owner(scan.key());
        remote(target.type()).restoreCall(target, scan.value());
      }
    }
  }

  private void restoreWaiting() {
    byte[] all = Keys.allWaiting();
    try (Overlay.Scan scan = overlay.scan(all, Keys.after(all))) {
      while (scan.next()) {
        Address target = Keys.owner(scan.key());
        remote(target.type()).restoreWaiting(target, Chunks.unpack(scan.value()));
      }
    }
  }

  private void scan(byte[] prefix, Consumer<byte[]> keys) {
    try (Overlay.Scan scan = overlay.scan(prefix, Keys.after(prefix))) {
      while (scan.next()) {
        keys.accept(scan.key());
      }
    }
  }

  private void restoreAsync() {
    byte[] all = Keys.allAsync();
    try (Overlay.Scan scan = overlay.scan(all, Keys.after(all))) {
      while (scan.next()) {
        ByteReader in = new ByteReader(scan.value());
        Address owner = MessageCodec.readAddress(in);
        TypedValue request = MessageCodec.readValue(in);
        mailbox.add(
            Message.ofEnd(
                owner,
                request,
                new Message.AsyncCompletion(
                    scan.key(),
                    new Invocation.AsyncEnd(
                        io.statefun.function.AsyncResult.Status.UNKNOWN, null, null)),
                in.hasRemaining() ? MessageCodec.readHeaders(in) : Map.of()));
      }
    }
  }

  /** A split and where it comes from. */
  record IngressSplit(Ingress ingress, Ingress.Split split) {}
}
