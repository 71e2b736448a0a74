/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.state;

import io.statefun.wire.ByteWriter;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.StampedLock;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BloomFilter;
import org.rocksdb.Cache;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.CompressionType;
import org.rocksdb.DBOptions;
import org.rocksdb.DataBlockIndexType;
import org.rocksdb.Filter;
import org.rocksdb.FlushOptions;
import org.rocksdb.IndexType;
import org.rocksdb.InfoLogLevel;
import org.rocksdb.LRUCache;
import org.rocksdb.Options;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.Slice;
import org.rocksdb.Snapshot;
import org.rocksdb.Status;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteBufferManager;
import org.rocksdb.WriteOptions;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The committed state of a node in RocksDB: one database, a column family for each partition, no
 * write-ahead log.
 *
 * <p>A partition's epoch is an entry of its column family, written in one batch with the changes
 * that lead to it. RocksDB writes the entries of a column family to files in the order in which
 * they came, and never a part of a batch; so after a crash a column family holds all batches up to
 * some point, and its epoch entry tells how far to replay. A batch of more than {@value
 * RocksBatch#PART} bytes goes in as several, each as soon as it is full; the epoch is in the last.
 *
 * <p>The folder is a cache. What can't be read in it, or belongs to another incarnation, is
 * deleted, and the partitions begin empty.
 */
public final class RocksDbBackend implements StateBackend {

  private static final Logger log = LoggerFactory.getLogger(RocksDbBackend.class);

  private static final byte[] EPOCH = {Keys.RESERVED, 'e'};

  /** Stands before the epoch. Counts up when the form of any entry changes. */
  private static final int FORMAT = 1;

  private static final int EPOCH_BYTES = 1 + Long.BYTES;
  private static final byte[] END_OF_KEYS = {Keys.RESERVED};
  private static final String PREFIX = "rocksdb-";
  private static final Pattern INCARNATION = Pattern.compile("[A-Za-z0-9_-][A-Za-z0-9._-]{0,199}");

  /** How RocksDB says that files are bad, rather than the disk or the machine. */
  private static final Set<Status.Code> UNREADABLE =
      Set.of(
          Status.Code.Corruption,
          Status.Code.InvalidArgument,
          Status.Code.NotFound,
          Status.Code.NotSupported);

  private final Resources resources;
  private final RocksDB db;
  private final ColumnFamilyHandle defaultFamily;
  private final Map<Integer, ColumnFamilyHandle> families;
  private final Map<Integer, RocksPartition> partitions = new HashMap<>();
  private boolean closed;

  private RocksDbBackend(Resources resources, RocksDB db, List<ColumnFamilyHandle> handles)
      throws RocksDBException {
    this.resources = resources;
    this.db = db;
    this.defaultFamily = handles.get(0);
    this.families = new HashMap<>();
    for (ColumnFamilyHandle handle : handles.subList(1, handles.size())) {
      families.put(number(handle.getName()), handle);
    }
  }

  /**
   * Begins to describe a backend.
   *
   * @param folder where its files are; made if it does not exist. At most one backend of an
   *     incarnation is open in it at a time
   */
  public static Builder in(Path folder) {
    return new Builder(folder);
  }

  @Override
  public synchronized PartitionStore open(int partition) {
    checkOpen();
    if (partition < 0) {
      throw new IllegalArgumentException("partition " + partition);
    }
    RocksPartition open = partitions.get(partition);
    if (open == null) {
      try {
        ColumnFamilyHandle family = families.get(partition);
        if (family == null) {
          family = db.createColumnFamily(resources.descriptor(name(partition)));
          families.put(partition, family);
        }
        open = new RocksPartition(partition, db, family, resources);
      } catch (RocksDBException e) {
        throw failed("open partition " + partition, e);
      }
      partitions.put(partition, open);
    }
    return open;
  }

  @Override
  public synchronized long measure(Measure measure) {
    if (closed) {
      return -1;
    }
    try {
      return switch (measure) {
        case CACHE_BYTES -> resources.cache.getUsage();
        case PINNED_CACHE_BYTES -> resources.cache.getPinnedUsage();
        case WRITE_BUFFER_BYTES -> db.getAggregatedLongProperty("rocksdb.size-all-mem-tables");
        case LIVE_FILE_BYTES -> db.getAggregatedLongProperty("rocksdb.live-sst-files-size");
        case FILE_BYTES -> db.getAggregatedLongProperty("rocksdb.total-sst-files-size");
        case PENDING_COMPACTION_BYTES ->
            db.getAggregatedLongProperty("rocksdb.estimate-pending-compaction-bytes");
        case COMPACTIONS -> db.getLongProperty("rocksdb.num-running-compactions");
        case ENTRIES -> db.getAggregatedLongProperty("rocksdb.estimate-num-keys");
        case WRITES_STOPPED -> db.getLongProperty("rocksdb.is-write-stopped");
        case DELAYED_WRITE_RATE -> db.getLongProperty("rocksdb.actual-delayed-write-rate");
      };
    } catch (RocksDBException e) {
      log.debug("RocksDB cannot tell its {}", measure, e);
      return -1;
    }
  }

  /** Writes everything to files and closes the database; waits for calls that are under way. */
  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    partitions.values().forEach(RocksPartition::close);
    List<ColumnFamilyHandle> all = new ArrayList<>(families.values());
    try (FlushOptions options = new FlushOptions().setWaitForFlush(true)) {
      if (!all.isEmpty()) {
        db.flush(options, all);
      }
    } catch (RocksDBException e) {
      // It is a cache; what is lost is fetched again.
      log.warn("The local state could not be written to its files: {}", e.getMessage());
    }
    release(db, defaultFamily, all);
    resources.close();
  }

  /** Makes the families that are missing all at once: each write of the options takes its time. */
  private void createFamilies(int count) throws RocksDBException {
    List<ColumnFamilyDescriptor> missing = new ArrayList<>();
    for (int partition = 0; partition < count; partition++) {
      if (!families.containsKey(partition)) {
        missing.add(resources.descriptor(name(partition)));
      }
    }
    for (ColumnFamilyHandle family : db.createColumnFamilies(missing)) {
      families.put(number(family.getName()), family);
    }
  }

  private void checkOpen() {
    if (closed) {
      throw new IllegalStateException("The state backend is closed");
    }
  }

  private static void release(
      RocksDB db, ColumnFamilyHandle defaultFamily, List<ColumnFamilyHandle> families) {
    families.forEach(ColumnFamilyHandle::close);
    defaultFamily.close();
    db.close();
  }

  private static byte[] name(int partition) {
    return ("p-" + partition).getBytes(StandardCharsets.UTF_8);
  }

  private static int number(byte[] name) throws RocksDBException {
    String text = new String(name, StandardCharsets.UTF_8);
    try {
      return Integer.parseInt(text.substring(2));
    } catch (RuntimeException e) {
      throw new RocksDBException(
          new Status(
              Status.Code.NotSupported, Status.SubCode.None, "unknown column family " + text));
    }
  }

  private static UncheckedIOException failed(String what, RocksDBException e) {
    return new UncheckedIOException(
        new IOException("RocksDB could not " + what + ": " + e.getMessage(), e));
  }

  private static RocksDbBackend open(Builder builder) {
    Path path = builder.folder.resolve(PREFIX + builder.incarnation);
    RocksDB.loadLibrary();
    try {
      Files.createDirectories(path);
      discardOthers(builder.folder, path);
      try {
        return open(builder, path);
      } catch (RocksDBException e) {
        if (!isUnreadable(e)) {
          throw e;
        }
        log.warn(
            "The local state in {} can't be read and is deleted; it will be restored from the"
                + " snapshot store: {}",
            path,
            e.getMessage());
        discard(path);
        Files.createDirectories(path);
        return open(builder, path);
      }
    } catch (RocksDBException e) {
      throw failed("open " + path, e);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static boolean isUnreadable(RocksDBException e) {
    return e.getStatus() != null
        && (UNREADABLE.contains(e.getStatus().getCode())
            || String.valueOf(e.getMessage()).contains("No such file or directory"));
  }

  private static RocksDbBackend open(Builder builder, Path path) throws RocksDBException {
    try {
      return open(builder, path, CompressionType.LZ4_COMPRESSION);
    } catch (RocksDBException e) {
      if (!String.valueOf(e.getMessage()).contains("not linked")) {
        throw e;
      }
      log.info("This build of RocksDB has no LZ4; the local state is not compressed");
      return open(builder, path, CompressionType.NO_COMPRESSION);
    }
  }

  private static RocksDbBackend open(Builder builder, Path path, CompressionType compression)
      throws RocksDBException {
    Resources resources = new Resources(builder, compression);
    List<ColumnFamilyHandle> handles = new ArrayList<>();
    RocksDB db = null;
    try {
      List<ColumnFamilyDescriptor> descriptors = new ArrayList<>();
      descriptors.add(resources.descriptor(RocksDB.DEFAULT_COLUMN_FAMILY));
      if (Files.exists(path.resolve("CURRENT"))) {
        try (Options options = new Options()) {
          for (byte[] name : RocksDB.listColumnFamilies(options, path.toString())) {
            if (!Arrays.equals(name, RocksDB.DEFAULT_COLUMN_FAMILY)) {
              descriptors.add(resources.descriptor(name));
            }
          }
        }
      }
      db = RocksDB.open(resources.database, path.toString(), descriptors, handles);
      RocksDbBackend backend = new RocksDbBackend(resources, db, handles);
      backend.createFamilies(builder.partitions);
      return backend;
    } catch (RocksDBException | RuntimeException e) {
      if (db != null) {
        release(db, handles.get(0), handles.subList(1, handles.size()));
      }
      resources.close();
      throw e;
    }
  }

  /** Deletes what other incarnations have left, unless they are alive. */
  private static void discardOthers(Path folder, Path path) throws IOException {
    List<Path> others;
    try (Stream<Path> entries = Files.list(folder)) {
      others =
          entries
              .filter(entry -> !entry.equals(path))
              .filter(entry -> String.valueOf(entry.getFileName()).startsWith(PREFIX))
              .toList();
    }
    for (Path other : others) {
      try {
        discard(other);
        log.info("Deleted the local state of an earlier incarnation in {}", other);
      } catch (IOException | RocksDBException e) {
        log.warn("Could not delete the local state in {}: {}", other, e.getMessage());
      }
    }
  }

  private static void discard(Path path) throws IOException, RocksDBException {
    try (Options options = new Options()) {
      // Fails if another process has the database open.
      RocksDB.destroyDB(path.toString(), options);
    }
    if (!Files.exists(path)) {
      return;
    }
    try (Stream<Path> rest = Files.walk(path)) {
      rest.sorted(Comparator.reverseOrder()).map(Path::toFile).forEach(File::delete);
    }
  }

  /** How a backend is to be. The defaults suit a process of 512 MiB. */
  public static final class Builder {

    private final Path folder;
    private String incarnation = "state";
    private int partitions;
    private long blockCacheBytes = 32L << 20;
    private long writeBufferBytes = 32L << 20;
    private int backgroundJobs = 2;

    private Builder(Path folder) {
      this.folder = folder;
    }

    /**
     * Whose state this is. State of another incarnation in the same folder is deleted, as epochs
     * count anew when an application begins with an empty snapshot store.
     *
     * @param incarnation letters, digits, {@code -}, {@code _} and {@code .}
     */
    public Builder incarnation(String incarnation) {
      if (!INCARNATION.matcher(incarnation).matches()) {
        throw new IllegalArgumentException(
            "'" + incarnation + "' has others than letters, digits, '-', '_' and '.', or too many");
      }
      this.incarnation = incarnation;
      return this;
    }

    /** How many partitions the application has, so that room for all of them is made at once. */
    public Builder partitions(int count) {
      this.partitions = (int) positive(count);
      return this;
    }

    /** How much memory blocks of files may take, with their indexes and filters. */
    public Builder blockCacheBytes(long bytes) {
      this.blockCacheBytes = positive(bytes);
      return this;
    }

    /** How much memory changes may take, over all partitions, before they go to files. */
    public Builder writeBufferBytes(long bytes) {
      this.writeBufferBytes = positive(bytes);
      return this;
    }

    /** How many threads write and compact files. */
    public Builder backgroundJobs(int jobs) {
      this.backgroundJobs = (int) positive(jobs);
      return this;
    }

    /**
     * Opens the backend. What the folder holds and can't be read is deleted with a warning.
     *
     * @throws UncheckedIOException if the folder can't be used, or another process uses it
     */
    public RocksDbBackend open() {
      return RocksDbBackend.open(this);
    }

    private static long positive(long number) {
      if (number <= 0) {
        throw new IllegalArgumentException("must be more than 0: " + number);
      }
      return number;
    }
  }

  /** The native objects that partitions share. */
  private static final class Resources {

    final Cache cache;
    final WriteBufferManager writeBuffers;
    final Filter filter = new BloomFilter(10);
    final ColumnFamilyOptions family;
    final DBOptions database;
    final WriteOptions write = new WriteOptions().setDisableWAL(true);
    final ReadOptions read = new ReadOptions();
    final FlushOptions flush = new FlushOptions().setWaitForFlush(true);

    /** The buffer of the batch that was closed last, for the next one. */
    final AtomicReference<@Nullable ByteWriter> spareBuffer = new AtomicReference<>();

    Resources(Builder builder, CompressionType compression) {
      // Write buffers are charged to the cache: what they don't need, blocks may have.
      cache = new LRUCache(builder.blockCacheBytes + builder.writeBufferBytes, 4, false, 0.5);
      writeBuffers = new WriteBufferManager(builder.writeBufferBytes, cache);
      BlockBasedTableConfig table =
          new BlockBasedTableConfig()
              .setBlockCache(cache)
              .setFilterPolicy(filter)
              .setIndexType(IndexType.kTwoLevelIndexSearch)
              .setPartitionFilters(true)
              .setCacheIndexAndFilterBlocks(true)
              .setCacheIndexAndFilterBlocksWithHighPriority(true)
              .setPinTopLevelIndexAndFilter(true)
              .setOptimizeFiltersForMemory(true)
              .setDataBlockIndexType(DataBlockIndexType.kDataBlockBinaryAndHash)
              .setDataBlockHashTableUtilRatio(0.75);
      // Many partitions share the write buffers, so each of them gets its memory in small pieces.
      family =
          new ColumnFamilyOptions()
              .setTableFormatConfig(table)
              .setCompressionType(compression)
              .setWriteBufferSize(Math.max(builder.writeBufferBytes / 2, 1 << 20))
              .setArenaBlockSize(128 << 10)
              .setMaxWriteBufferNumber(3)
              .setLevelCompactionDynamicLevelBytes(true)
              .setMaxBytesForLevelBase(64L << 20)
              .setTargetFileSizeBase(16L << 20);
      database =
          new DBOptions()
              .setCreateIfMissing(true)
              .setWriteBufferManager(writeBuffers)
              .setMaxBackgroundJobs(builder.backgroundJobs)
              .setMaxOpenFiles(512)
              .setMaxFileOpeningThreads(2)
              .setBytesPerSync(1 << 20)
              .setMaxManifestFileSize(4L << 20)
              .setManifestPreallocationSize(64L << 10)
              .setInfoLogLevel(InfoLogLevel.WARN_LEVEL)
              .setMaxLogFileSize(1L << 20)
              .setKeepLogFileNum(2)
              .setStatsDumpPeriodSec(0)
              .setStatsPersistPeriodSec(0);
    }

    ColumnFamilyDescriptor descriptor(byte[] name) {
      return new ColumnFamilyDescriptor(name, family);
    }

    void close() {
      flush.close();
      read.close();
      write.close();
      database.close();
      family.close();
      filter.close();
      writeBuffers.close();
      cache.close();
    }
  }

  private static final class RocksPartition implements PartitionStore {

    private final int partition;
    private final RocksDB db;
    private final ColumnFamilyHandle family;
    private final Resources resources;
    private final Gate gate;
    private final Set<RocksCursor> cursors = ConcurrentHashMap.newKeySet();
    private final Set<RocksBatch> batches = ConcurrentHashMap.newKeySet();
    private final Set<RocksView> views = ConcurrentHashMap.newKeySet();

    /** Held for writing from the first part of a batch to the last, of which no view sees some. */
    private final StampedLock parts = new StampedLock();

    private volatile long epoch;

    RocksPartition(int partition, RocksDB db, ColumnFamilyHandle family, Resources resources)
        throws RocksDBException {
      this.partition = partition;
      this.db = db;
      this.family = family;
      this.resources = resources;
      this.gate = new Gate("The state of partition " + partition);
      byte[] stored = db.get(family, resources.read, EPOCH);
      this.epoch = stored == null ? 0 : epoch(stored);
    }

    /** The epoch, or one that never was, so that what another version has left is not used. */
    private long epoch(byte[] stored) {
      if (stored.length == EPOCH_BYTES && stored[0] == FORMAT) {
        return ByteBuffer.wrap(stored, 1, Long.BYTES).getLong();
      }
      log.info(
          "The local state of partition {} is that of another version, and is restored from the"
              + " snapshot store",
          partition);
      return Long.MAX_VALUE;
    }

    @Override
    public long epoch() {
      gate.enter();
      try {
        return epoch;
      } finally {
        gate.exit();
      }
    }

    @Override
    public byte @Nullable [] get(byte[] key) {
      gate.enter();
      try {
        // Direct buffers are no faster here: the copies that they save they need on this side.
        return db.get(family, resources.read, key);
      } catch (RocksDBException e) {
        throw failed("read from partition " + partition, e);
      } finally {
        gate.exit();
      }
    }

    @Override
    public Cursor scan(byte[] from, byte[] to) {
      gate.enter();
      try {
        byte[] end = Arrays.compareUnsigned(to, END_OF_KEYS) < 0 ? to : END_OF_KEYS;
        RocksCursor cursor =
            new RocksCursor(
                this,
                from,
                new Slice(end),
                new ReadOptions().setReadaheadSize(0).setBackgroundPurgeOnIteratorCleanup(true));
        cursors.add(cursor);
        return cursor;
      } finally {
        gate.exit();
      }
    }

    @Override
    public View view() {
      long stamp = parts.readLock();
      try {
        gate.enter();
        try {
          RocksView view = new RocksView(this);
          views.add(view);
          return view;
        } finally {
          gate.exit();
        }
      } finally {
        parts.unlockRead(stamp);
      }
    }

    @Override
    public Batch newBatch() {
      gate.enter();
      try {
        RocksBatch batch = new RocksBatch(this);
        batches.add(batch);
        return batch;
      } finally {
        gate.exit();
      }
    }

    @Override
    public void flush() {
      gate.enter();
      try {
        db.flush(resources.flush, family);
      } catch (RocksDBException e) {
        throw failed("flush partition " + partition, e);
      } finally {
        gate.exit();
      }
    }

    @Override
    public void clear() {
      gate.enter();
      try (WriteBatch batch = new WriteBatch()) {
        batch.deleteRange(family, new byte[0], END_OF_KEYS);
        batch.delete(family, EPOCH);
        db.write(resources.write, batch);
        epoch = 0;
        // Files may go only when the deletion itself is in a file. That file stays, as the epoch's
        // key is outside of the range.
        db.flush(resources.flush, family);
        db.deleteFilesInRanges(family, List.of(new byte[0], END_OF_KEYS), false);
      } catch (RocksDBException e) {
        throw failed("clear partition " + partition, e);
      } finally {
        gate.exit();
      }
    }

    void close() {
      if (gate.close()) {
        cursors.forEach(RocksCursor::release);
        views.forEach(RocksView::release);
        batches.forEach(RocksBatch::release);
      }
    }
  }

  private static final class RocksCursor implements Cursor {

    private final RocksPartition partition;
    private final byte[] from;
    private final Slice end;
    private final ReadOptions options;
    private final RocksIterator iterator;
    private boolean begun;
    private boolean valid;

    RocksCursor(RocksPartition partition, byte[] from, Slice end, ReadOptions options) {
      this.partition = partition;
      this.from = from.clone();
      this.end = end;
      this.options = options.setIterateUpperBound(end);
      this.iterator = partition.db.newIterator(partition.family, options);
    }

    @Override
    public boolean next() {
      enter();
      try {
        if (!begun) {
          begun = true;
          iterator.seek(from);
        } else if (valid) {
          iterator.next();
        }
        valid = iterator.isValid();
        if (!valid) {
          iterator.status();
        }
        return valid;
      } catch (RocksDBException e) {
        throw failed("scan partition " + partition.partition, e);
      } finally {
        partition.gate.exit();
      }
    }

    @Override
    public byte[] key() {
      enter();
      try {
        checkValid();
        return iterator.key();
      } finally {
        partition.gate.exit();
      }
    }

    @Override
    public byte[] value() {
      enter();
      try {
        checkValid();
        return iterator.value();
      } finally {
        partition.gate.exit();
      }
    }

    @Override
    public void close() {
      // If the gate is closed, who closed it releases the cursor, before the database.
      if (partition.gate.tryEnter()) {
        try {
          if (partition.cursors.remove(this)) {
            release();
          }
        } finally {
          partition.gate.exit();
        }
      }
    }

    private void enter() {
      partition.gate.enter();
      if (!iterator.isOwningHandle()) {
        partition.gate.exit();
        throw new IllegalStateException("The cursor is closed");
      }
    }

    private void checkValid() {
      if (!valid) {
        throw new IllegalStateException("The cursor is at no entry");
      }
    }

    void release() {
      iterator.close();
      options.close();
      end.close();
    }
  }

  private static final class RocksView implements View {

    private final RocksPartition partition;
    private final Snapshot snapshot;
    private final ReadOptions options;

    RocksView(RocksPartition partition) {
      this.partition = partition;
      this.snapshot = partition.db.getSnapshot();
      this.options = new ReadOptions().setSnapshot(snapshot);
    }

    @Override
    public byte @Nullable [] get(byte[] key) {
      enter();
      try {
        return partition.db.get(partition.family, options, key);
      } catch (RocksDBException e) {
        throw failed("read from partition " + partition.partition, e);
      } finally {
        partition.gate.exit();
      }
    }

    @Override
    public Cursor scan(byte[] from, byte[] to, boolean once) {
      enter();
      try {
        byte[] end = Arrays.compareUnsigned(to, END_OF_KEYS) < 0 ? to : END_OF_KEYS;
        RocksCursor cursor =
            new RocksCursor(
                partition,
                from,
                new Slice(end),
                new ReadOptions()
                    .setSnapshot(snapshot)
                    .setFillCache(!once)
                    .setBackgroundPurgeOnIteratorCleanup(true));
        partition.cursors.add(cursor);
        return cursor;
      } finally {
        partition.gate.exit();
      }
    }

    @Override
    public void close() {
      // As with cursors, whoever closes the gate releases it otherwise.
      if (partition.gate.tryEnter()) {
        try {
          if (partition.views.remove(this)) {
            release();
          }
        } finally {
          partition.gate.exit();
        }
      }
    }

    private void enter() {
      partition.gate.enter();
      if (!options.isOwningHandle()) {
        partition.gate.exit();
        throw new IllegalStateException("The view is closed");
      }
    }

    void release() {
      options.close();
      partition.db.releaseSnapshot(snapshot);
    }
  }

  /**
   * Builds what RocksDB calls the representation of a write batch on this side, as each call of its
   * own builder costs more than the change itself. Its format, which the database's log files have
   * as well: a sequence number (8 bytes, little endian, like all), the number of changes (4), and
   * for each change its kind, the column family, the key and the value.
   */
  private static final class RocksBatch implements Batch {

    /** How large a native batch may become. */
    static final int PART = 4 << 20;

    private static final int HEADER = 12;
    private static final int COUNT_AT = 8;
    private static final int DELETION_IN_FAMILY = 4;
    private static final int VALUE_IN_FAMILY = 5;
    private static final int INITIAL = 16 << 10;

    private final RocksPartition partition;
    private final int family;
    private final ByteWriter part;
    private int count;
    private long writtenBytes;
    private boolean closed;

    /** That it has written some of its parts, until it has written all; 0 otherwise. */
    private long inParts;

    RocksBatch(RocksPartition partition) {
      this.partition = partition;
      this.family = partition.family.getID();
      ByteWriter spare = partition.resources.spareBuffer.getAndSet(null);
      this.part = spare == null ? new ByteWriter(INITIAL) : spare;
      begin();
    }

    private void begin() {
      part.reset();
      part.writeFixedLong(0).writeFixedInt(0);
      count = 0;
    }

    @Override
    public void put(byte[] key, byte[] value) {
      Keys.check(key);
      enter();
      try {
        makeRoom(key.length + value.length);
        change(VALUE_IN_FAMILY).writeBytes(key).writeBytes(value);
      } finally {
        partition.gate.exit();
      }
    }

    @Override
    public void put(byte[] source, int keyOffset, int keyLength, int valueOffset, int valueLength) {
      Keys.check(source, keyOffset, keyLength);
      enter();
      try {
        makeRoom(keyLength + valueLength);
        change(VALUE_IN_FAMILY)
            .writeVarInt(keyLength)
            .writeRaw(source, keyOffset, keyLength)
            .writeVarInt(valueLength)
            .writeRaw(source, valueOffset, valueLength);
      } finally {
        partition.gate.exit();
      }
    }

    @Override
    public void delete(byte[] source, int keyOffset, int keyLength) {
      Keys.check(source, keyOffset, keyLength);
      enter();
      try {
        makeRoom(keyLength);
        change(DELETION_IN_FAMILY).writeVarInt(keyLength).writeRaw(source, keyOffset, keyLength);
      } finally {
        partition.gate.exit();
      }
    }

    private ByteWriter change(int kind) {
      count++;
      return part.writeByte(kind).writeVarInt(family);
    }

    private void makeRoom(int length) {
      if (count > 0 && part.size() + length > PART) {
        writtenBytes += part.size() - HEADER;
        if (inParts == 0) {
          inParts = partition.parts.writeLock();
        }
        writePart();
      }
    }

    private void writePart() {
      part.setFixedInt(COUNT_AT, Integer.reverseBytes(count));
      try (WriteBatch batch = new WriteBatch(part.toByteArray())) {
        partition.db.write(partition.resources.write, batch);
      } catch (RocksDBException e) {
        throw failed("write to partition " + partition.partition, e);
      } finally {
        begin();
      }
    }

    @Override
    public long bytes() {
      return writtenBytes + part.size() - HEADER;
    }

    @Override
    public void write(long epoch) {
      enter();
      try {
        change(VALUE_IN_FAMILY).writeBytes(EPOCH);
        part.writeVarInt(EPOCH_BYTES).writeByte(FORMAT).writeFixedLong(epoch);
        writePart();
        writtenBytes = 0;
        partition.epoch = epoch;
        endParts();
      } finally {
        partition.gate.exit();
      }
    }

    @Override
    public void close() {
      if (partition.gate.tryEnter()) {
        try {
          if (partition.batches.remove(this)) {
            release();
          }
        } finally {
          partition.gate.exit();
        }
      }
    }

    private void endParts() {
      if (inParts != 0) {
        partition.parts.unlockWrite(inParts);
        inParts = 0;
      }
    }

    private void enter() {
      partition.gate.enter();
      if (closed) {
        partition.gate.exit();
        throw new IllegalStateException("The batch is closed");
      }
    }

    void release() {
      closed = true;
      endParts();
      partition.resources.spareBuffer.set(part);
    }
  }
}
