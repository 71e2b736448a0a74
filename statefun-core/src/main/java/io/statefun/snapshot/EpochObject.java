/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.snapshot;

/**
 * The layout of an epoch object: the stored changes of one epoch of one node.
 *
 * <pre>
 * object   = magic, section*, index, trailer
 * section  = record*                         of one partition
 * record   = PUT key value | DELETE key | PENDING message | EGRESS record
 * index    = format, id, previous id, count, (partition, offset, length, checksum, summary)*,
 *            count, other writer*, count, (partition, base, count, (epoch, writer number)*)*,
 *            count, (newcomer, previous id)*
 * summary  = changed, count, (egress, newest number)*
 * id       = epoch, writer
 * trailer  = index offset (8), index length (4), index checksum (4), magic (4)
 * </pre>
 *
 * A partition without a section has neither changes nor pending messages in that epoch. Writer
 * number 0 is the object's own. Checksums are CRC-32C.
 */
final class EpochObject {

  static final int MAGIC = 0x53464550;

  /** Counts up also when the form of anything in the records changes. */
  static final int FORMAT = 4;

  static final int TRAILER_LENGTH = 20;

  static final int PUT = 1;
  static final int DELETE = 2;
  static final int PENDING = 3;
  static final int EGRESS = 4;

  private EpochObject() {}

  /** Where a partition's section is. */
  record Section(int partition, long offset, long length, int checksum, SectionSummary summary) {}
}
