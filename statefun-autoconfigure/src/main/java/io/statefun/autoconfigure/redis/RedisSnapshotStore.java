/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.redis;

import io.statefun.snapshot.ObjectNames;
import io.statefun.snapshot.SnapshotStore;
import io.statefun.snapshot.SnapshotStoreException;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.data.domain.Range;
import org.springframework.data.domain.Range.Bound;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.connection.RedisStringCommands.SetOption;
import org.springframework.data.redis.connection.ReturnType;
import org.springframework.data.redis.core.types.Expiration;

/**
 * A snapshot store in Redis. What it holds is as durable as that Redis is configured to be.
 *
 * <p>An object is a header and chunks. Each attempt to create one writes chunks under keys of its
 * own, which expire; a script then makes them last, writes the header and enters the name in the
 * index, if the name is free and no chunk has expired. So what dies before the script leaves
 * nothing for long, and what is too slow for the expiry fails. An object of one chunk is written by
 * the script itself, in one call.
 *
 * <p>The script also counts what was ever created. A store that knows of more than Redis does has
 * met one that went back in time, and creates nothing any more.
 *
 * <p>Deleting an object removes header and index entry in one step, which also notes the chunks as
 * garbage; then the garbage is removed, and what a process left of it when it died is removed by
 * the next.
 */
final class RedisSnapshotStore implements SnapshotStore {

  private static final Logger log = LoggerFactory.getLogger(RedisSnapshotStore.class);

  /** How many keys are unlinked at once, so that nobody else waits for long. */
  private static final int PIECE = 100;

  private final RedisCalls redis;
  private final RedisKeys keys;
  private final int chunkSize;
  private final Expiration expiry;
  private final ReplicaWait replicas;

  /** How many objects Redis has had, at the least. */
  private final AtomicLong created = new AtomicLong();

  private volatile boolean closed;

  private RedisSnapshotStore(RedisCalls redis, RedisKeys keys, RedisSnapshotProperties properties) {
    this.redis = redis;
    this.keys = keys;
    this.chunkSize = Math.toIntExact(properties.chunkSize().toBytes());
    this.expiry = Expiration.milliseconds(properties.attemptTimeout().toMillis());
    this.replicas =
        new ReplicaWait(redis, keys.mark(), properties.replicas(), properties.replicaTimeout());
  }

  /**
   * Opens the store of an application, and removes what processes that died have left.
   *
   * @param connections where Redis is; they stay open when the store is closed
   * @param application the application's name
   * @throws SnapshotStoreException if Redis cannot be used; it says why, and what to do
   */
  static RedisSnapshotStore open(
      RedisConnectionFactory connections, String application, RedisSnapshotProperties properties)
      throws SnapshotStoreException {
    RedisKeys keys = new RedisKeys(properties.keyPrefix(), application);
    RedisSnapshotStore store =
        new RedisSnapshotStore(new RedisCalls(connections), keys, properties);
    try {
      store.replicas.checkSupported();
      store.countCreated();
      store.removeGarbage();
      return store;
    } catch (SnapshotStoreException e) {
      throw e;
    } catch (IOException e) {
      throw new SnapshotStoreException(
          "The snapshot store in Redis could not be opened: " + e.getMessage() + ".",
          "Make sure that Redis runs and that spring.data.redis.* says where, and with which user"
              + " and password.",
          e);
    }
  }

  @Override
  public boolean create(String name, Content content) throws IOException {
    check(name);
    StoredObject object =
        new StoredObject(UUID.randomUUID().toString(), content.length(), chunkSize);
    boolean created =
        object.chunks() <= 1
            ? createSmall(name, object, content)
            : createLarge(name, object, content);
    // Also before it says that there is such an object: the one who made it may not know.
    replicas.await(name);
    if (created && replicas.asked() && !object.equals(find(name))) {
      throw new IOException("Redis has lost the object '" + name + "' while it was written");
    }
    return created;
  }

  private boolean createSmall(String name, StoredObject object, Content content)
      throws IOException {
    List<byte[]> chunks = new ArrayList<>(1);
    write(name, object, content, chunks::add);
    long outcome = commit(name, object, chunks);
    checkNothingLost(outcome);
    return outcome == RedisScripts.CREATED;
  }

  private boolean createLarge(String name, StoredObject object, Content content)
      throws IOException {
    if (size(name) >= 0) {
      return false;
    }
    try {
      write(name, object, content, new ExpiringChunks(object));
    } catch (IOException | RuntimeException e) {
      removeQuietly(object);
      throw e;
    }
    // If this throws, the chunks may be those of an object. If they are not, they expire.
    long outcome = commit(name, object, List.of());
    if (outcome == RedisScripts.CREATED) {
      return true;
    }
    removeQuietly(object);
    checkNothingLost(outcome);
    if (outcome == RedisScripts.EXPIRED) {
      throw new IOException(
          "The object '"
              + name
              + "' of "
              + object.length()
              + " bytes was not written within statefun.snapshot.redis.attempt-timeout, or Redis"
              + " has evicted a part of it; nothing of it is there");
    }
    return false;
  }

  /**
   * A process that went on after Redis had lost epochs would leave a gap in the history, and
   * nothing behind it could be restored.
   */
  private static void checkNothingLost(long outcome) throws IOException {
    if (outcome == RedisScripts.LOST) {
      throw new IOException(
          "Redis has lost objects that it had acknowledged, and nothing is committed on top of"
              + " that. Start the application again to go on from what Redis still has");
    }
  }

  private static void write(
      String name, StoredObject object, Content content, ChunkChannel.Sink sink)
      throws IOException {
    ChunkChannel channel = new ChunkChannel(object.length(), object.chunkSize(), sink);
    try {
      content.writeTo(channel);
      channel.finish();
    } catch (IOException e) {
      throw new IOException(
          "The object '%s' of %d bytes could not be written, and nothing of it is there: %s"
              .formatted(name, object.length(), e.getMessage()),
          e);
    }
  }

  private long commit(String name, StoredObject object, List<byte[]> content) throws IOException {
    List<byte[]> parameters = new ArrayList<>();
    parameters.add(keys.header(name));
    parameters.add(keys.index());
    parameters.add(keys.created());
    for (int i = 0; i < object.chunks(); i++) {
      parameters.add(keys.chunk(object.attempt(), i));
    }
    int keyCount = parameters.size();
    parameters.add(RedisKeys.bytes(name));
    parameters.add(RedisKeys.bytes(object.attempt()));
    parameters.add(RedisKeys.bytes(Long.toString(object.length())));
    parameters.add(RedisKeys.bytes(Integer.toString(object.chunkSize())));
    parameters.add(RedisKeys.bytes(Long.toString(created.get())));
    parameters.addAll(content);
    List<Long> outcomeAndCreated = run(RedisScripts.CREATE, ReturnType.MULTI, keyCount, parameters);
    created.accumulateAndGet(outcomeAndCreated.get(1), Math::max);
    return outcomeAndCreated.get(0);
  }

  /** What is read after this, and lost by Redis then, is missed by the next commit. */
  private void countCreated() throws IOException {
    byte[] number = redis.call(connection -> connection.stringCommands().get(keys.created()));
    if (number != null) {
      created.set(Long.parseLong(RedisKeys.text(number)));
    }
  }

  @Override
  public long size(String name) throws IOException {
    check(name);
    StoredObject object = find(name);
    return object == null ? -1 : object.length();
  }

  @Override
  public byte[] read(String name, long offset, int length) throws IOException {
    check(name);
    if (offset < 0 || length < 0) {
      throw new IllegalArgumentException("offset " + offset + ", length " + length);
    }
    while (true) {
      StoredObject object = find(name);
      if (object == null) {
        throw new NoSuchFileException(name);
      }
      if (length > object.length() - offset) {
        throw new EOFException(
            "%s has %d bytes; asked for %d at %d".formatted(name, object.length(), length, offset));
      }
      byte[] bytes = read(object, offset, length);
      if (bytes != null) {
        return bytes;
      }
      if (object.equals(find(name))) {
        throw new IOException(
            "Redis has lost a part of the object '" + name + "': does it evict keys?");
      }
    }
  }

  /** Returns null if not all of it is there. */
  private byte @Nullable [] read(StoredObject object, long offset, int length) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(length);
    while (bytes.hasRemaining()) {
      long position = offset + bytes.position();
      long from = position % object.chunkSize();
      long count = Math.min(bytes.remaining(), object.chunkSize() - from);
      byte[] key = keys.chunk(object.attempt(), position / object.chunkSize());
      byte[] part =
          redis.call(
              connection -> connection.stringCommands().getRange(key, from, from + count - 1));
      if (part == null || part.length != count) {
        return null;
      }
      bytes.put(part);
    }
    return bytes.array();
  }

  private @Nullable StoredObject find(String name) throws IOException {
    List<byte[]> fields =
        redis.call(
            connection ->
                connection
                    .hashCommands()
                    .hMGet(
                        keys.header(name),
                        RedisKeys.bytes("attempt"),
                        RedisKeys.bytes("length"),
                        RedisKeys.bytes("size")));
    if (fields == null || fields.get(0) == null) {
      return null;
    }
    return new StoredObject(
        RedisKeys.text(fields.get(0)),
        Long.parseLong(RedisKeys.text(fields.get(1))),
        Integer.parseInt(RedisKeys.text(fields.get(2))));
  }

  @Override
  public List<String> list(String prefix) throws IOException {
    ObjectNames.checkPrefix(prefix);
    checkOpen();
    // No name contains a character behind '~'.
    Range<byte[]> range =
        prefix.isEmpty()
            ? Range.unbounded()
            : Range.of(
                Bound.inclusive(RedisKeys.bytes(prefix)),
                Bound.exclusive(RedisKeys.bytes(prefix + "~")));
    Set<byte[]> names =
        redis.call(connection -> connection.zSetCommands().zRangeByLex(keys.index(), range));
    return names.stream().map(RedisKeys::text).toList();
  }

  @Override
  public void delete(String name) throws IOException {
    check(name);
    List<byte[]> parameters =
        List.of(keys.header(name), keys.index(), keys.garbage(), RedisKeys.bytes(name));
    Long deleted = run(RedisScripts.DELETE, ReturnType.INTEGER, 3, parameters);
    if (deleted > 0) {
      removeGarbage();
    }
  }

  private void removeGarbage() throws IOException {
    Set<byte[]> garbage =
        redis.call(connection -> connection.setCommands().sMembers(keys.garbage()));
    for (byte[] entry : garbage) {
      String[] attemptAndChunks = RedisKeys.text(entry).split(":", 2);
      removeChunks(attemptAndChunks[0], Integer.parseInt(attemptAndChunks[1]));
      redis.call(connection -> connection.setCommands().sRem(keys.garbage(), entry));
    }
  }

  private void removeQuietly(StoredObject object) {
    try {
      removeChunks(object.attempt(), object.chunks());
    } catch (IOException e) {
      log.debug("Chunks of a failed attempt stay until they expire", e);
    }
  }

  private void removeChunks(String attempt, int chunks) throws IOException {
    for (int first = 0; first < chunks; first += PIECE) {
      byte[][] piece = new byte[Math.min(PIECE, chunks - first)][];
      for (int i = 0; i < piece.length; i++) {
        piece[i] = keys.chunk(attempt, first + i);
      }
      redis.call(connection -> connection.keyCommands().unlink(piece));
    }
  }

  private <T> T run(byte[] script, ReturnType type, int keyCount, List<byte[]> parameters)
      throws IOException {
    byte[][] keysAndArguments = parameters.toArray(byte[][]::new);
    T result =
        redis.call(
            connection ->
                connection.scriptingCommands().<T>eval(script, type, keyCount, keysAndArguments));
    return Objects.requireNonNull(result);
  }

  private void check(String name) throws IOException {
    ObjectNames.check(name);
    checkOpen();
  }

  private void checkOpen() throws IOException {
    if (closed) {
      throw new IOException("The snapshot store in Redis is closed");
    }
  }

  /** Closes the store, but not the connections, which are the application's. */
  @Override
  public void close() {
    closed = true;
  }

  @Override
  public String toString() {
    return "snapshots in Redis under " + keys;
  }

  /** Writes the chunks of an attempt, which nobody sees before the commit. */
  private final class ExpiringChunks implements ChunkChannel.Sink {

    private final StoredObject object;
    private int next;

    ExpiringChunks(StoredObject object) {
      this.object = object;
    }

    @Override
    public void accept(byte[] chunk) throws IOException {
      byte[] key = keys.chunk(object.attempt(), next++);
      redis.call(
          connection -> connection.stringCommands().set(key, chunk, expiry, SetOption.upsert()));
    }
  }
}
