/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.message;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.statefun.message.proto.Parcel;
import java.math.BigDecimal;
import java.net.URI;
import java.time.DayOfWeek;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ImmutabilityTest {

  record Plain(int a, Long b, String c, DayOfWeek d, Instant e, UUID f, BigDecimal g, URI h) {}

  record Twice(Plain first, Plain second) {}

  record Deep(Plain plain, Optional<Plain> maybe, ZoneId zone) {}

  record Node(String name, @Nullable Node next) {}

  record Wire(ByteString bytes, Parcel parcel) {}

  record Pair<A, B>(A first, B second) {}

  record OfPairs(Pair<String, Pair<Integer, Long>> pairs) {}

  sealed interface Sum {}

  record One(int value) implements Sum {}

  enum Zero implements Sum {
    ZERO
  }

  record OfSum(Sum sum) {}

  record WithList(List<String> list) {}

  record WithMap(Map<String, String> map) {}

  record WithSet(Set<String> set) {}

  record WithArray(byte[] bytes) {}

  record WithDate(Date date) {}

  record WithObject(Object object) {}

  record DeepList(Optional<WithList> list) {}

  record OfMutablePair(Pair<String, List<String>> pair) {}

  record OfWildcard(Pair<String, ?> pair) {}

  record Generic<T>(T value) {}

  sealed interface MutableSum {}

  record Good(int value) implements MutableSum {}

  record Bad(int[] value) implements MutableSum {}

  record Loop(@Nullable Loop next, List<Loop> all) {}

  static final class FinalClass {
    final int value = 1;
  }

  @ParameterizedTest
  @ValueSource(
      classes = {
        Plain.class,
        Deep.class,
        Twice.class,
        Wire.class,
        OfPairs.class,
        Sum.class,
        One.class,
        OfSum.class,
        String.class,
        DayOfWeek.class,
        Instant.class
      })
  void deeplyImmutableTypeIsFound(Class<?> type) {
    assertThat(Immutability.isImmutable(type)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      classes = {
        WithList.class,
        WithMap.class,
        WithSet.class,
        WithArray.class,
        WithDate.class,
        WithObject.class,
        DeepList.class,
        OfMutablePair.class,
        OfWildcard.class,
        Generic.class,
        MutableSum.class,
        Node.class,
        Loop.class,
        FinalClass.class,
        Object.class,
        byte[].class
      })
  void everyOtherTypeCountsAsMutable(Class<?> type) {
    assertThat(Immutability.isImmutable(type)).isFalse();
  }
}
