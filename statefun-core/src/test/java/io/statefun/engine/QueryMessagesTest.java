/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.statefun.message.MessageTypes;
import io.statefun.message.TypeName;
import io.statefun.message.TypedValue;
import io.statefun.query.Condition;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * What processes of different versions send each other about queries. Its bytes must not change.
 */
class QueryMessagesTest {

  private static final StateScan SCAN =
      new StateScan(
          TypeName.parse("bank/account"),
          "a",
          "ann",
          List.of("balance"),
          List.of(Condition.parse("balance.amount > 100"), Condition.parse("name exists")),
          20);

  private static final String SCAN_BYTES =
      "01110c62616e6b2f6163636f756e7401610103616e6e010762616c616e636502020762616c616e636506616d6f75"
          + "6e74013e01033130300001046e616d65066578697374730014";

  private static final StateScan.Step STEP =
      new StateScan.Step(
          List.of(
              new StateScan.Found(
                  "ann",
                  new byte[] {1, 2},
                  List.of(new StateScan.Entry(new byte[] {3}, new byte[] {4})),
                  true)),
          7,
          "bob");

  private static final String STEP_BYTES = "010103616e6e02010201010301040107" + "0103626f62";

  private static String hex(byte[] bytes) {
    return HexFormat.of().formatHex(bytes);
  }

  private static byte[] bytes(String hex) {
    return HexFormat.of().parseHex(hex);
  }

  private static Control control(String hex) {
    return Control.read(TypedValue.ofBytes(TypeName.parse("io.statefun/control"), bytes(hex)));
  }

  @Test
  void aScanIsWrittenAndRead() {
    assertThat(hex(new Control.Scan(SCAN).encoded().bytes())).isEqualTo(SCAN_BYTES);
    assertThat(control(SCAN_BYTES)).isEqualTo(new Control.Scan(SCAN));
  }

  @Test
  void aStepIsWrittenAndRead() {
    assertThat(hex(STEP.write())).isEqualTo(STEP_BYTES);
    StateScan.Step read = StateScan.Step.read(bytes(STEP_BYTES));
    assertThat(hex(read.write())).isEqualTo(STEP_BYTES);
    assertThat(read.last()).isEqualTo("bob");
  }

  @Test
  void aQueryIsWrittenAndRead() {
    TypedValue query = MessageTypes.standard().wrap("how much?");
    byte[] written = new Control.Query(query).encoded().bytes();

    assertThat(hex(written)).startsWith("0110");
    assertThat(new String(written, StandardCharsets.UTF_8)).endsWith("how much?");
    assertThat(((Control.Query) control(hex(written))).query().bytes()).isEqualTo(query.bytes());
  }
}
