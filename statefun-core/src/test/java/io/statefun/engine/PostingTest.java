/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.statefun.wire.CorruptDataException;
import java.util.Arrays;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PostingTest {

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void aMarkerIsReadAsItWasWritten(long seed) {
    Random random = new Random(seed);
    Set<Integer> senders = new TreeSet<>();
    for (int i = random.nextInt(500); i > 0; i--) {
      senders.add(random.nextInt(32_768));
    }
    long savepoint = random.nextLong() >>> 1;

    assertThat(Posting.read(Posting.marker(savepoint, senders)))
        .isEqualTo(new Posting.Marker(savepoint, senders));
  }

  @Test
  void aRequestIsReadAsItWasWritten() {
    assertThat(Posting.read(Posting.request("nightly"))).isEqualTo(new Posting.Request("nightly"));
  }

  @Test
  void whatComesAfterAPostingIsNoPartOfIt() {
    byte[] request = Posting.request("nightly");
    byte[] longer = Arrays.copyOf(request, request.length + 1);

    assertThatExceptionOfType(CorruptDataException.class).isThrownBy(() -> Posting.read(longer));
  }

  @Test
  void aPostingOfAnUnknownKindIsDamaged() {
    byte[] posted = Posting.request("nightly");
    posted[1] = 9;

    assertThatExceptionOfType(CorruptDataException.class)
        .isThrownBy(() -> Posting.read(posted))
        .withMessageContaining("unknown kind 9");
  }
}
