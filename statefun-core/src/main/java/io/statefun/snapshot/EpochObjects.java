/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.snapshot;

import java.io.IOException;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The epoch objects of a store: their names, and how they come and go. */
public final class EpochObjects {

  /** What all their names begin with. */
  public static final String FOLDER = "epochs/";

  private static final Logger LOG = LoggerFactory.getLogger(EpochObjects.class);
  private static final int DIGITS = 20;

  private EpochObjects() {}

  /** The name of an epoch of which there can be one object only. */
  public static String name(long epoch) {
    String number = Long.toString(epoch);
    return FOLDER + "0".repeat(DIGITS - number.length()) + number;
  }

  /** The name of an epoch of which several writers may leave objects, one of them the true one. */
  public static String name(EpochId id) {
    return name(id.epoch()) + "-" + id.writer();
  }

  /** Whether an object is the only one of its epoch. */
  public static boolean isOnly(String name) {
    return name.length() == FOLDER.length() + DIGITS;
  }

  /** The epoch of an object. */
  public static long epoch(String name) {
    return Long.parseLong(name, FOLDER.length(), FOLDER.length() + DIGITS, 10);
  }

  /** Which epoch an object is, if several writers may leave some of its number. */
  public static EpochId id(String name) {
    return new EpochId(epoch(name), UUID.fromString(name.substring(FOLDER.length() + DIGITS + 1)));
  }

  /**
   * Creates an object of an epoch.
   *
   * @param name as {@link #name(long)} or {@link #name(EpochId)} says
   * @return whether this call created it
   */
  public static boolean create(
      SnapshotStore store, String name, EpochHeader header, EpochWriter content)
      throws IOException {
    content.end(header);
    return store.create(name, content);
  }

  /**
   * Deletes the objects of epochs before a number, one after the other and the oldest first: a
   * process that has been replaced knows by its last epoch that others may be gone as well.
   */
  public static void deleteBefore(SnapshotStore store, long epoch, FaultPoint.Listener faults)
      throws IOException {
    int deleted = 0;
    for (String name : store.list(FOLDER)) {
      if (epoch(name) < epoch) {
        store.delete(name);
        deleted++;
        faults.reached(FaultPoint.DURING_COLLECTION);
      }
    }
    LOG.debug("Deleted {} epoch objects before epoch {}", deleted, epoch);
  }
}
