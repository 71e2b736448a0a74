/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.statefun.message.TypeName;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class FirstCallsTest {

  private static final TypeName F = TypeName.of("test", "f");
  private static final TypeName G = TypeName.of("test", "g");

  private final FirstCalls<String> calls = new FirstCalls<>();
  private final List<String> begun = new ArrayList<>();

  @Test
  void theFirstCallOfAFunctionHoldsUpTheOthersOfThatFunctionAlone() {
    assertThat(calls.mayBegin(F, "f1", 0)).isTrue();
    assertThat(calls.mayBegin(F, "f2", 0)).isFalse();
    assertThat(calls.mayBegin(G, "g1", 0)).isTrue();
  }

  @Test
  void whenTheFirstCallEndsTheOthersBeginInTheirOrderAndNoneIsHeldUpAgain() {
    calls.mayBegin(F, "f1", 0);
    calls.mayBegin(F, "f2", 0);
    calls.mayBegin(F, "f3", 0);

    calls.ended(F, begun::add);

    assertThat(begun).containsExactly("f2", "f3");
    assertThat(calls.mayBegin(F, "f4", 0)).isTrue();
    assertThat(calls.nextWakeUp()).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void aFirstCallThatHangsHoldsUpTheOthersForAMomentOnly() {
    calls.mayBegin(F, "f1", 100);
    calls.mayBegin(F, "f2", 100);
    long end = 100 + FirstCalls.MAX_MILLIS;

    assertThat(calls.nextWakeUp()).isEqualTo(end);
    assertThat(calls.step(end - 1, begun::add)).isFalse();
    assertThat(calls.step(end, begun::add)).isTrue();
    assertThat(begun).containsExactly("f2");
  }
}
