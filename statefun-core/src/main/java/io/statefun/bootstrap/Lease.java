/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.bootstrap;

import io.statefun.snapshot.BaseStore;
import io.statefun.snapshot.SnapshotStore;
import io.statefun.wire.ByteReader;
import io.statefun.wire.ByteWriter;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Of several processes that could do the same work on one snapshot store lets one do it. Who has
 * the lease creates an object under the next number from time to time; who sees the newest number
 * unchanged for long, or knows that its process is gone, creates the next one itself.
 *
 * <p>It saves work and makes nothing safe: a process that was taken for dead may go on. What it
 * does must be harmless for reasons of its own, as that of {@link Runs} is.
 */
public final class Lease implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Lease.class);

  private static final String FOLDER = Runs.FOLDER + "lease/";
  private static final int DIGITS = 10;

  /** How often who has it says so. */
  private static final Duration RENEWAL = Duration.ofSeconds(3);

  /** How long nothing may be heard of who has it. */
  static final Duration PATIENCE = Duration.ofSeconds(20);

  private final SnapshotStore store;
  private final Holder own;
  private final Thread renewal = new Thread(this::renewAgainAndAgain, "statefun-lease");
  private long number;
  private volatile boolean closed;

  private Lease(SnapshotStore store, Holder own, long number) {
    this.store = store;
    this.own = own;
    this.number = number;
    renewal.setDaemon(true);
    renewal.start();
  }

  private static String name(long number) {
    return FOLDER + String.format("%0" + DIGITS + "d", number);
  }

  private static long newest(SnapshotStore store) throws IOException {
    List<String> names = store.list(FOLDER);
    return names.isEmpty()
        ? 0
        : Long.parseLong(names.get(names.size() - 1).substring(FOLDER.length()));
  }

  private void renewAgainAndAgain() {
    while (!closed) {
      try {
        Thread.sleep(RENEWAL.toMillis());
        if (!renew(true)) {
          LOG.warn("Another process has taken this one for dead, and does its work");
          return;
        }
      } catch (IOException e) {
        LOG.debug("The lease could not be renewed", e);
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  private synchronized boolean renew(boolean held) throws IOException {
    if (!store.create(name(number + 1), BaseStore.content(own.write(held)))) {
      Holder other = Holder.read(store, number + 1);
      if (other == null || !other.id().equals(own.id())) {
        return false;
      }
    }
    number++;
    store.delete(name(number - 1));
    return true;
  }

  /** Lets another process have it. */
  @Override
  public void close() {
    closed = true;
    renewal.interrupt();
    try {
      renewal.join();
      boolean unused = renew(false);
    } catch (IOException e) {
      LOG.debug("The lease could not be given back", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Asks for the lease, again and again. Used by one thread. */
  public static final class Asker {

    private final SnapshotStore store;
    private final Holder own = Holder.ofThisProcess();
    private long seen = -1;
    private long seenSince;

    /**
     * @param store where the lease is
     */
    public Asker(SnapshotStore store) {
      this.store = store;
    }

    /** Asks once; null if another process has it. */
    public @Nullable Lease ask() throws IOException {
      long newest = newest(store);
      if (newest != seen) {
        seen = newest;
        seenSince = System.nanoTime();
      }
      if (newest > 0 && !isFree(newest)) {
        return null;
      }
      if (!store.create(name(newest + 1), BaseStore.content(own.write(true)))
          || newest(store) > newest + 1) {
        return null;
      }
      if (newest > 0) {
        store.delete(name(newest));
      }
      return new Lease(store, own, newest + 1);
    }

    private boolean isFree(long newest) throws IOException {
      Holder holder = Holder.read(store, newest);
      return holder != null
          && (!holder.held()
              || holder.isGone(own)
              || System.nanoTime() - seenSince > PATIENCE.toNanos());
    }

    /** Who has it, for people. */
    public String holder() throws IOException {
      Holder holder = Holder.read(store, newest(store));
      return holder == null ? "nobody" : "process " + holder.process() + " on " + holder.host();
    }
  }

  /** Who has the lease, or had it. */
  private record Holder(UUID id, boolean held, String host, long process, long started) {

    static Holder ofThisProcess() {
      return new Holder(
          UUID.randomUUID(),
          true,
          hostName(),
          ProcessHandle.current().pid(),
          started(ProcessHandle.current()));
    }

    private static String hostName() {
      String name = System.getenv("HOSTNAME");
      if (name != null && !name.isBlank()) {
        return name;
      }
      try {
        return java.net.InetAddress.getLocalHost().getHostName();
      } catch (java.net.UnknownHostException e) {
        return UUID.randomUUID().toString();
      }
    }

    private static long started(ProcessHandle process) {
      return process.info().startInstant().map(java.time.Instant::toEpochMilli).orElse(0L);
    }

    /** Whether it is a process of this machine that does not live any more. */
    boolean isGone(Holder observer) {
      if (!host.equals(observer.host)) {
        return false;
      }
      if (process == observer.process) {
        return started != observer.started;
      }
      return ProcessHandle.of(process).map(found -> started(found) != started).orElse(true);
    }

    ByteWriter write(boolean isHeld) {
      return new ByteWriter(128)
          .writeFixedLong(id.getMostSignificantBits())
          .writeFixedLong(id.getLeastSignificantBits())
          .writeBoolean(isHeld)
          .writeString(host)
          .writeVarLong(process)
          .writeVarLong(started);
    }

    static @Nullable Holder read(SnapshotStore store, long number) throws IOException {
      try {
        long size = store.size(name(number));
        if (size < 0) {
          return null;
        }
        ByteReader in = new ByteReader(store.read(name(number), 0, (int) size));
        return new Holder(
            new UUID(in.readFixedLong(), in.readFixedLong()),
            in.readBoolean(),
            in.readString(),
            in.readVarLong(),
            in.readVarLong());
      } catch (NoSuchFileException e) {
        return null;
      }
    }
  }
}
