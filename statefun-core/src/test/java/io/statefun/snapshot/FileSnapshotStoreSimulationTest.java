/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.snapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Random calls on a disk that dies or fails at random operations. What a create has reported, and
 * what was seen to exist, must be whole ever after; what was not may be there whole or not at all.
 */
@Timeout(300)
class FileSnapshotStoreSimulationTest {

  private static final int SEEDS = Integer.getInteger("statefun.simulation.seeds", 1_000);

  @ParameterizedTest
  @CsvSource({"true,true", "true,false", "false,true", "false,false"})
  void anyCrash_keepsWhatWasCreated(boolean links, boolean locked) {
    for (int seed = 0; seed < SEEDS; seed++) {
      run(seed, links, locked, null);
    }
  }

  @ParameterizedTest
  @EnumSource(SimulatedDisk.Defect.class)
  void aDiskThatDoesNotForce_isFound(SimulatedDisk.Defect defect) {
    for (boolean links : new boolean[] {true, false}) {
      int found = 0;
      for (int seed = 0; seed < 60; seed++) {
        try {
          run(seed, links, true, defect);
        } catch (AssertionError e) {
          found++;
        }
      }
      assertThat(found).as("of 60 runs, links %s", links).isGreaterThan(10);
    }
  }

  @Test
  void aRun_canBeRepeated() {
    for (int seed = 0; seed < 100; seed++) {
      List<String> trace = new ArrayList<>();
      List<String> again = new ArrayList<>();
      new Run(seed, seed % 2 == 0, seed % 3 == 0, null, trace).go();
      new Run(seed, seed % 2 == 0, seed % 3 == 0, null, again).go();
      assertThat(again).isEqualTo(trace);
    }
  }

  private static void run(
      int seed, boolean links, boolean locked, SimulatedDisk.@Nullable Defect defect) {
    List<String> trace = new ArrayList<>();
    try {
      new Run(seed, links, locked, defect, trace).go();
    } catch (AssertionError | RuntimeException e) {
      throw new AssertionError(
          "seed " + seed + ", links " + links + ", locked " + locked + ": " + trace, e);
    }
  }

  private static final class Run {

    private static final Path FOLDER = Path.of("/var/lib/snapshots");
    private static final List<String> NAMES = List.of("a", "d/a", "d/b", "d/e/a", "f/a");

    private final Random random;
    private final boolean links;
    private final boolean locked;
    private final List<String> trace;

    /** What is there for sure. */
    private final Map<String, String> certain = new TreeMap<>();

    /** What is there, if anything is that is not for sure. */
    private final Map<String, Set<String>> possible = new TreeMap<>();

    private SimulatedDisk disk;
    private int contents;
    private int handles;

    Run(
        int seed,
        boolean links,
        boolean locked,
        SimulatedDisk.@Nullable Defect defect,
        List<String> trace) {
      this.random = new Random(seed);
      this.links = links;
      this.locked = locked;
      this.trace = trace;
      this.disk = new SimulatedDisk();
      if (!links) {
        disk.withoutLinks();
      }
      if (defect != null) {
        disk.with(defect);
      }
    }

    void go() {
      for (int life = 0; life < 5; life++) {
        int end = 1 + random.nextInt(random.nextBoolean() ? 30 : 120);
        disk.dieAt(end, random.nextBoolean());
        trace.add("life of " + end);
        if (random.nextInt(3) == 0) {
          disk.failAt(1 + random.nextInt(60), random.nextBoolean());
        }
        live();
        boolean power = random.nextInt(3) > 0;
        disk = power ? disk.crash(random) : disk.kill();
        trace.add(power ? "power off" : "kill");
        check();
      }
    }

    private void live() {
      try (FileSnapshotStore store = open();
          FileSnapshotStore other = locked ? store : open()) {
        for (int i = 0; i < 40 && !disk.isDead(); i++) {
          step(random.nextBoolean() ? store : other, other);
        }
      } catch (IOException e) {
        trace.add("open: " + e.getMessage());
      }
    }

    private FileSnapshotStore open() throws IOException {
      String id = "h" + handles++;
      return locked
          ? disk.openStore(FOLDER, "app", id)
          : disk.openStoreWithoutLock(FOLDER, "app", id);
    }

    private void step(FileSnapshotStore store, FileSnapshotStore other) {
      String name = NAMES.get(random.nextInt(NAMES.size()));
      switch (random.nextInt(10)) {
        case 0 -> delete(store, name);
        case 1 -> size(store, name);
        case 2 -> list(store);
        case 3, 4 -> {
          boolean open = !locked && random.nextInt(4) == 0;
          // Without links a mutex keeps the threads of one handle apart, and here is only one.
          if (links || open || store != other) {
            disk.interruptAt(
                1 + random.nextInt(12),
                open ? () -> openAndCreate(name) : () -> create(other, name));
          }
          create(store, name);
          disk.interruptNoMore();
        }
        default -> create(store, name);
      }
    }

    private void create(FileSnapshotStore store, String name) {
      String content = content();
      possible(name).add(content);
      boolean created;
      try {
        created = store.create(name, pieces(content));
      } catch (IOException e) {
        trace.add("create " + name + ": " + e.getMessage());
        return;
      }
      trace.add("create " + name + ": " + created + " " + content.hashCode());
      if (created) {
        // Another handle may have seen it already, but then nothing else.
        String before = certain.put(name, content);
        assertThat(before == null || before.equals(content)).as("two winners of " + name).isTrue();
      } else {
        exists(store, name);
      }
    }

    private void openAndCreate(String name) {
      try (FileSnapshotStore third = open()) {
        create(third, name);
      } catch (IOException e) {
        trace.add("open meanwhile: " + e.getMessage());
      }
    }

    private void delete(FileSnapshotStore store, String name) {
      certain.remove(name);
      try {
        store.delete(name);
        trace.add("delete " + name);
      } catch (IOException e) {
        trace.add("delete " + name + ": " + e.getMessage());
      }
    }

    private void size(FileSnapshotStore store, String name) {
      try {
        long size = store.size(name);
        trace.add("size " + name + ": " + size);
        if (size >= 0) {
          exists(store, name);
        } else {
          assertThat(certain).doesNotContainKey(name);
        }
      } catch (IOException e) {
        trace.add("size " + name + ": " + e.getMessage());
      }
    }

    private void list(FileSnapshotStore store) {
      try {
        List<String> names = store.list("");
        trace.add("list: " + names);
        assertThat(names).isSorted().doesNotHaveDuplicates().containsAll(certain.keySet());
        assertThat(NAMES).containsAll(names);
        for (String name : names) {
          exists(store, name);
        }
      } catch (IOException e) {
        trace.add("list: " + e.getMessage());
      }
    }

    /** What was reported as existing stays. */
    private void exists(FileSnapshotStore store, String name) {
      try {
        String content = read(store, name);
        String sure = certain.putIfAbsent(name, content);
        if (sure != null) {
          assertThat(content).isEqualTo(sure);
        }
      } catch (IOException e) {
        // Then it is not known what is there.
        trace.add("read " + name + ": " + e.getMessage());
      }
    }

    private String read(FileSnapshotStore store, String name) throws IOException {
      // Not through size(), which would make the name durable.
      String content =
          new String(
              disk.read(path(name), 0, (int) disk.size(path(name))), StandardCharsets.ISO_8859_1);
      assertThat(possible(name)).as("content of " + name).contains(content);
      assertThat(store.read(name, 0, content.length()))
          .isEqualTo(content.getBytes(StandardCharsets.ISO_8859_1));
      return content;
    }

    private void check() {
      try (FileSnapshotStore store = open()) {
        for (String name : certain.keySet()) {
          assertThat(disk.size(path(name))).as(name).isNotNegative();
          assertThat(read(store, name)).isEqualTo(certain.get(name));
        }
        if (random.nextBoolean()) {
          list(store);
        }
        assertThat(disk.list(FOLDER.resolve("tmp"))).isEmpty();
      } catch (IOException e) {
        fail("The folder can't be opened after a crash", e);
      }
    }

    private Set<String> possible(String name) {
      return possible.computeIfAbsent(name, n -> new HashSet<>());
    }

    private String content() {
      StringBuilder content = new StringBuilder().append(++contents).append(':');
      for (int i = random.nextInt(100); i > 0; i--) {
        content.append((char) ('a' + random.nextInt(26)));
      }
      return content.toString();
    }

    private static Path path(String name) {
      return FOLDER.resolve("objects").resolve(name.replace("/", "+/"));
    }

    private static SnapshotStore.Content pieces(String content) {
      byte[] bytes = content.getBytes(StandardCharsets.ISO_8859_1);
      return new SnapshotStore.Content() {
        @Override
        public long length() {
          return bytes.length;
        }

        @Override
        public void writeTo(WritableByteChannel channel) throws IOException {
          channel.write(ByteBuffer.wrap(bytes, 0, bytes.length / 2));
          channel.write(ByteBuffer.wrap(bytes, bytes.length / 2, bytes.length - bytes.length / 2));
        }
      };
    }
  }
}
