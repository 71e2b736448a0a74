/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.sample.billing.changes;

import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.zip.GZIPOutputStream;

/**
 * Makes a file of change events as a connector would write it over some weeks: a snapshot, users
 * who come, change, leave and come back, and the mishaps of at-least-once delivery. The same seed
 * makes the same file.
 */
public final class ChangeFileGenerator {

  /** The seed of the bundled file. */
  public static final long BUNDLED_SEED = 20260101;

  private static final int REPLAYS = 3;
  private static final int REPLAYED_LINES = 100;

  private final int users;
  private final Random random;

  /** An event with where it stands in the order of the source. */
  private record Placed(double order, RowEvent event) {}

  ChangeFileGenerator(int users, long seed) {
    this.users = users;
    this.random = new Random(seed);
  }

  /**
   * Writes a file; one whose name ends in {@code .gz} is compressed.
   *
   * @param args the file, the number of users, and perhaps the seed
   */
  public static void main(String[] args) {
    long seed = args.length > 2 ? Long.parseLong(args[2]) : BUNDLED_SEED;
    write(Path.of(args[0]), Integer.parseInt(args[1]), seed);
  }

  static void write(Path file, int users, long seed) {
    List<String> lines = new ChangeFileGenerator(users, seed).lines();
    try (OutputStream out = Files.newOutputStream(file);
        Writer writer = new OutputStreamWriter(compressed(file, out), StandardCharsets.UTF_8)) {
      for (String line : lines) {
        writer.write(line);
        writer.write('\n');
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static OutputStream compressed(Path file, OutputStream out) throws IOException {
    return file.toString().endsWith(".gz") ? new GZIPOutputStream(out, 64 * 1024) : out;
  }

  /** The lines in the order in which they are delivered. */
  List<String> lines() {
    List<RowEvent> delivered = disorder(withTombstones(numbered(sourceOrder())));
    List<String> lines = new ArrayList<>();
    delivered.forEach(event -> lines.add(event.json()));
    for (int i = 1; i <= REPLAYS && lines.size() > REPLAYED_LINES; i++) {
      replay(lines, lines.size() * i / (REPLAYS + 1));
    }
    return lines;
  }

  private List<RowEvent> sourceOrder() {
    List<Placed> placed = new ArrayList<>();
    for (int id = 1; id <= users; id++) {
      List<RowEvent> history = new UserHistory(id, random).events();
      double start = history.get(0).op() == 'r' ? 0 : 0.5 + 2 * random.nextDouble();
      for (int i = 0; i < history.size(); i++) {
        placed.add(new Placed(start + i + 0.4 * random.nextDouble(), history.get(i)));
      }
    }
    placed.sort(Comparator.comparingDouble(Placed::order));
    return placed.stream().map(Placed::event).toList();
  }

  private static List<RowEvent> numbered(List<RowEvent> events) {
    List<RowEvent> result = new ArrayList<>();
    long number = 0;
    for (RowEvent event : events) {
      number += event.op() == 'r' ? 0 : 1;
      result.add(event.at(number));
    }
    return result;
  }

  /** Puts a tombstone after each delete; a few deletes were compacted away and left only that. */
  private List<RowEvent> withTombstones(List<RowEvent> events) {
    List<RowEvent> result = new ArrayList<>();
    for (RowEvent event : events) {
      boolean compacted = event.op() == 'd' && random.nextInt(10) == 0;
      if (!compacted) {
        result.add(event);
      }
      if (event.op() == 'd') {
        result.add(event.tombstone(compacted || random.nextInt(10) < 7));
      }
    }
    return result;
  }

  /** Delivers some events twice, and some after the next event of their user. */
  private List<RowEvent> disorder(List<RowEvent> events) {
    List<RowEvent> result = new ArrayList<>();
    List<RowEvent> late = new ArrayList<>();
    for (RowEvent event : events) {
      int chance = random.nextInt(100);
      if (chance < 2 && event.op() != 'd' && event.op() != 't' && !event.last()) {
        late.add(event);
        continue;
      }
      result.add(event);
      if (chance == 99) {
        result.add(event);
      }
      late.removeIf(waiting -> waiting.id() == event.id() && result.add(waiting));
    }
    result.addAll(late);
    return result;
  }

  /** A connector that was restarted delivers its last events again. */
  private static void replay(List<String> lines, int at) {
    lines.addAll(at, List.copyOf(lines.subList(at - REPLAYED_LINES, at)));
  }
}
