/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.sample.billing.changes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.statefun.io.Ingress.Split;
import io.statefun.message.Address;
import io.statefun.message.MessageType;
import io.statefun.sample.billing.fake.TestTypes;
import io.statefun.sample.billing.fake.TestTypes.Collected;
import io.statefun.sample.billing.user.UserChange;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChangeEventFileIngressTest {

  private static final MessageType<UserChange> TYPE = TestTypes.of(UserChange.class);

  private final Collected<UserChange> collected = new Collected<>(TYPE);
  private final AtomicInteger wakeUps = new AtomicInteger();
  @TempDir private Path directory;
  private Path file;
  private ChangeEventFileIngress ingress;

  @BeforeEach
  void open() {
    file = directory.resolve("changes.ndjson");
    ingress = new ChangeEventFileIngress(List.of(file), TYPE);
  }

  @AfterEach
  void close() {
    ingress.close();
  }

  @Test
  void givenLinesThenEachIsARecordForItsUser() throws IOException {
    append(tombstone(1) + "\n" + tombstone(2) + "\n");
    Split split = openAt(null);

    assertThat(split.poll(collected)).isTrue();
    assertThat(split.poll(collected)).isTrue();
    assertThat(split.poll(collected)).isFalse();
    assertThat(collected.targets())
        .containsExactly(Address.of("billing/user", "1"), Address.of("billing/user", "2"));
  }

  @Test
  void givenAPositionThenAReopenedSplitGoesOnBehindIt() throws IOException {
    append(tombstone(1) + "\n" + tombstone(2) + "\n");
    Split split = openAt(null);
    split.poll(collected);
    byte[] position = split.position();
    split.poll(collected);

    ingress.close();
    open();
    Collected<UserChange> again = new Collected<>(TYPE);
    openAt(position).poll(again);

    assertThat(again.messages()).extracting(UserChange::userId).containsExactly("2");
  }

  @Test
  void givenAFileThatGrowsThenTheReaderIsWokenAndReadsOn() throws IOException {
    Split split = openAt(null);
    assertThat(split.poll(collected)).isFalse();
    ingress.checkForGrowth();
    assertThat(wakeUps).hasValue(0);

    append(tombstone(1) + "\n");
    ingress.checkForGrowth();
    assertThat(wakeUps).hasValue(1);
    assertThat(split.poll(collected)).isTrue();
    ingress.checkForGrowth();
    assertThat(wakeUps).hasValue(1);
  }

  @Test
  void givenALineThatIsHalfWrittenThenItWaitsForTheRest() throws IOException {
    String line = tombstone(1);
    append(line.substring(0, 5));
    Split split = openAt(null);
    assertThat(split.poll(collected)).isFalse();

    append(line.substring(5) + "\n");
    assertThat(split.poll(collected)).isTrue();
    assertThat(collected.rejected()).isEmpty();
  }

  @Test
  void givenABadLineThenItIsRejectedWithWhereItStandsAndTheNextIsRead() throws IOException {
    append("\n{bad\n" + tombstone(1) + "\n");
    Split split = openAt(null);
    split.poll(collected);
    split.poll(collected);

    assertThat(collected.rejected()).containsExactly("changes.ndjson, offset 1");
    assertThat(collected.messages()).hasSize(1);
  }

  @Test
  void givenAFileShorterThanThePositionThenOpeningFails() throws IOException {
    append(tombstone(1) + "\n");
    Split split = openAt(null);
    split.poll(collected);
    byte[] position = split.position();
    Files.writeString(file, "");

    assertThatExceptionOfType(UncheckedIOException.class)
        .isThrownBy(() -> openAt(position))
        .withMessageContaining("Is it another?");
  }

  private Split openAt(byte @Nullable [] position) {
    Split split = ingress.splits().get(0);
    split.open(position, wakeUps::incrementAndGet);
    return split;
  }

  private void append(String text) throws IOException {
    Files.writeString(file, text, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
  }

  private static String tombstone(int id) {
    return "{\"key\":{\"id\":" + id + "},\"value\":null}";
  }
}
