/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import io.statefun.bootstrap.RunBuffer;
import io.statefun.bootstrap.Runs;
import io.statefun.savepoint.Savepoint;
import io.statefun.savepoint.SavepointStore;
import io.statefun.snapshot.SnapshotStore;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes a savepoint of rows, each of which becomes an instance of a function: for an application
 * that begins with what others have gathered so far.
 *
 * <pre>{@code
 * SavepointInput users =
 *     new SavepointInput("users", TypeName.parse("shop/user"), List.of("profile"), "users.csv");
 * try (SavepointBuilder builder = engine.savepointBuilder(store, List.of(users))) {
 *   SavepointBuilder.Rows rows = builder.rows("users");
 *   for (User user : allUsers.skip(rows.count())) {
 *     rows.add(user.id(), user.profile());
 *   }
 *   rows.end();
 *   Savepoint savepoint = builder.complete();
 * }
 * }</pre>
 *
 * <p>Rows come in any order, of any number of inputs. They are sorted a few megabytes at a time
 * into runs, which are stored in the snapshot store together with how far the inputs were read.
 * After a crash another builder, of this process or another, with the same inputs goes on from the
 * newest run: {@link Rows#count} and {@link Rows#position} say where. No row is lost by that, and
 * none counts twice, even if two builders do it at once. In the end the runs are merged.
 *
 * <p>Two inputs may have values for the same instance, of different states. Used by one thread.
 */
public final class SavepointBuilder implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(SavepointBuilder.class);

  private static final int RUN_BYTES = 24 * 1024 * 1024;
  private static final int ATTEMPTS = 10;
  private static final long LONGEST_PAUSE_MILLIS = 5_000;
  private static final long CLOSE_SECONDS = 10;

  private final SnapshotStore store;
  private final Runs runs;
  private final SavepointAssembly assembly;
  private final int partitions;
  private final InstantSource clock;
  private final int runBytes;
  private final List<Rows> inputs = new ArrayList<>();
  private final ExecutorService writer =
      Executors.newSingleThreadExecutor(task -> new Thread(task, "statefun-bootstrap-write"));
  private final @Nullable Savepoint complete;
  private final InputProgress progress;
  private @Nullable RunBuffer filling;
  private @Nullable RunBuffer spare;
  private @Nullable Future<?> writing;
  private long newest;
  private boolean broken;
  private volatile long rowCount;

  SavepointBuilder(
      SnapshotStore store,
      String application,
      int partitions,
      FunctionTypes functions,
      InstantSource clock,
      List<SavepointInput> given,
      int runBytes)
      throws IOException {
    this.store = store;
    this.partitions = partitions;
    this.clock = clock;
    this.runBytes = runBytes;
    for (SavepointInput input : given) {
      InputEncoder encoder = new InputEncoder(input, inputs.size(), partitions, functions);
      checkAgainstOthers(input, encoder);
      inputs.add(new Rows(input.name(), inputs.size(), encoder));
    }
    String job = job(application);
    this.runs = new Runs(store, job);
    this.assembly =
        new SavepointAssembly(
            new SavepointStore(store), store, job, application, partitions, clock);
    this.complete = assembly.complete().orElse(null);
    this.progress = complete == null ? gathered() : new InputProgress(inputs.size());
    this.rowCount = progress.allRows();
  }

  /** How many bytes a run takes unless told otherwise. */
  static int defaultRunBytes() {
    return RUN_BYTES;
  }

  private void checkAgainstOthers(SavepointInput input, InputEncoder encoder) {
    for (Rows other : inputs) {
      if (other.name.equals(input.name())) {
        throw new InvalidInputException("There are two inputs '" + input.name() + "'");
      }
      if (encoder.overlaps(other.encoder)) {
        throw new InvalidInputException(
            "The inputs '"
                + other.name
                + "' and '"
                + input.name()
                + "' both have values for the same state of function '"
                + input.function()
                + "'");
      }
    }
  }

  /** Names what is gathered, so that what was gathered for something else is not seen. */
  private String job(String application) {
    StringBuilder text = new StringBuilder();
    text.append("1\n").append(application).append('\n').append(partitions).append('\n');
    inputs.forEach(input -> input.encoder.describe(text));
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256")
              .digest(text.toString().getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest, 0, 12);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  /** What was gathered before, if anything was. */
  private InputProgress gathered() throws IOException {
    newest = runs.newest();
    InputProgress last = new InputProgress(inputs.size());
    for (long number = 1; number <= newest; number++) {
      byte[] stored = runs.progress(number);
      InputProgress next = stored == null ? null : InputProgress.read(inputs.size(), stored);
      if (next == null || !next.follows(last)) {
        LOG.warn("What was gathered before is not whole, and is gathered anew");
        Runs.deleteAll(store);
        newest = 0;
        return new InputProgress(inputs.size());
      }
      last = next;
    }
    return last;
  }

  /** Whether the savepoint is there already. */
  public boolean isComplete() {
    return complete != null;
  }

  /** How many rows there are so far, of all inputs; also by other threads. */
  public long rowCount() {
    return rowCount;
  }

  /** How many partitions of the savepoint are done, of how many; also by other threads. */
  public int partitionsDone() {
    return assembly.partitionsDone();
  }

  /**
   * The rows of an input.
   *
   * @throws IllegalArgumentException if there is no input of that name
   */
  public Rows rows(String input) {
    return inputs.stream()
        .filter(one -> one.name.equals(input))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("There is no input '" + input + "'"));
  }

  // The runs

  private RunBuffer filling() {
    RunBuffer buffer = filling;
    if (buffer == null) {
      buffer = new RunBuffer(partitions, runBytes);
      filling = buffer;
    }
    return buffer;
  }

  /** Has what has come become a run, while more comes. */
  private void cut() throws IOException {
    awaitWritten();
    RunBuffer full = filling();
    UUID id = UUID.randomUUID();
    byte[] known = progress.next(id);
    long number = ++newest;
    writing =
        writer.submit(
            () -> {
              write(number, id, full, known);
              return null;
            });
    filling = spare;
    spare = full;
    if (filling != null) {
      filling.reset();
    }
  }

  private void write(long number, UUID id, RunBuffer full, byte[] known) throws IOException {
    var run = full.sort(known);
    for (int attempt = 1; ; attempt++) {
      try {
        if (!runs.create(number, run) && !isMine(number, id)) {
          throw new OvertakenException();
        }
        return;
      } catch (OvertakenException e) {
        throw e;
      } catch (IOException e) {
        if (attempt == ATTEMPTS) {
          throw e;
        }
        LOG.warn("A run could not be written, which is tried again: {}", e.toString());
        pause(attempt);
      }
    }
  }

  private boolean isMine(long number, UUID id) throws IOException {
    byte[] stored = runs.progress(number);
    return stored != null && InputProgress.read(inputs.size(), stored).run.equals(id);
  }

  private static void pause(int attempt) throws IOException {
    try {
      Thread.sleep(Math.min(LONGEST_PAUSE_MILLIS, 50L << attempt));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("Interrupted", e);
    }
  }

  private void awaitWritten() throws IOException {
    Future<?> before = writing;
    if (before == null) {
      return;
    }
    try {
      Object unused = before.get();
      writing = null;
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IOException known) {
        throw known;
      }
      throw new IOException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("Interrupted", e);
    }
  }

  /**
   * Makes the savepoint of what the inputs had.
   *
   * @throws InvalidInputException if two rows of an input have the same id; what was gathered is
   *     given up then
   * @throws IllegalStateException if an input has not ended
   */
  public Savepoint complete() throws IOException {
    if (complete != null) {
      return complete;
    }
    if (broken || !progress.allEnded()) {
      throw new IllegalStateException("Not all inputs have ended");
    }
    Optional<RunBuffer> rest = Optional.ofNullable(filling).filter(buffer -> !buffer.isEmpty());
    if (rest.isPresent() || !isEndDurable()) {
      cut();
    }
    awaitWritten();
    filling = null;
    spare = null;
    try {
      return assembly.assemble(runs.open(newest), progress.nextNumber);
    } catch (InvalidInputException e) {
      Runs.deleteAll(store);
      throw e;
    }
  }

  /** That nothing more is to come must be known before any of the savepoint is there. */
  private boolean isEndDurable() throws IOException {
    byte[] stored = runs.progress(newest);
    return stored != null && InputProgress.read(inputs.size(), stored).allEnded();
  }

  /** Ends; what is not in a run is forgotten, and comes again. */
  @Override
  public void close() {
    writer.shutdown();
    try {
      if (!writer.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS)) {
        List<Runnable> unused = writer.shutdownNow();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** The rows of an input. */
  public final class Rows {

    private final String name;
    private final int number;
    private final InputEncoder encoder;

    private Rows(String name, int number, InputEncoder encoder) {
      this.name = name;
      this.number = number;
      this.encoder = encoder;
    }

    /** How many there are so far; those need not come again. */
    public long count() {
      return progress.rows[number];
    }

    /** What the newest {@link #checkpoint} said; null if there was none. */
    public byte @Nullable [] position() {
      return progress.positions.get(number);
    }

    /** Whether there are no more. */
    public boolean hasEnded() {
      return isComplete() || progress.ended[number];
    }

    /**
     * Adds a row.
     *
     * @param id the id of the instance
     * @param values a value for each state, in the order of the input's states: of the type of the
     *     state, an {@link Iterable} of such for a list, a {@link java.util.Map} for a map, null
     *     for nothing
     * @return whether this is the time for a {@link #checkpoint}
     * @throws InvalidInputException if the row cannot be an instance; nothing more can be added
     *     then, and another builder goes on from the newest run
     * @throws IOException if what came before cannot be stored
     */
    public boolean add(@Nullable String id, @Nullable Object... values) throws IOException {
      if (hasEnded()) {
        throw new IllegalStateException("Input '" + name + "' has ended");
      }
      if (broken) {
        throw new IllegalStateException("A row could not be added. Go on with another builder");
      }
      RunBuffer buffer = filling();
      if (buffer.bytes() >= runBytes) {
        progress.positions.remove(number);
        cut();
        buffer = filling();
      }
      // If the row cannot be added, a part of it may be there.
      broken = true;
      progress.nextNumber =
          encoder.add(buffer, count(), id, values, clock.millis(), progress.nextNumber);
      broken = false;
      progress.rows[number]++;
      rowCount = rowCount + 1;
      return buffer.bytes() >= runBytes;
    }

    /**
     * Says where to go on behind all rows that were added. Of use after {@link #add} has asked for
     * it; what was added until then becomes durable soon.
     */
    public void checkpoint(byte[] position) throws IOException {
      progress.positions.put(number, position.clone());
      if (filling().bytes() >= runBytes) {
        cut();
      }
    }

    /** Says that there are no more rows. */
    public void end() {
      progress.ended[number] = true;
    }
  }

  /** Another process makes the same savepoint, and is further. */
  public static final class OvertakenException extends IOException {

    private static final long serialVersionUID = 1L;

    OvertakenException() {
      super("Another process gathers the same, and is further");
    }
  }
}
