/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.sample.billing.changes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.statefun.sample.billing.user.BillingInterval;
import io.statefun.sample.billing.user.Subscription;
import io.statefun.sample.billing.user.SubscriptionStatus;
import io.statefun.sample.billing.user.UserChange;
import io.statefun.sample.billing.user.Version;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ChangeParserTest {

  private static final String ROW =
      "{\"id\":42,\"status\":\"ACTIVE\",\"billing_interval\":\"QUARTERLY\",\"amount_cents\":500,"
          + "\"closed_through\":2}";
  private static final String SOURCE = "{\"lsn\":77,\"ts_ms\":1000,\"table\":\"users\"}";
  private static final UserChange WRITTEN =
      new UserChange(
          "42",
          new Version(77, 1000),
          new Subscription(SubscriptionStatus.ACTIVE, BillingInterval.QUARTERLY, 500, 2));

  private final ChangeParser parser = new ChangeParser();

  @ParameterizedTest
  @ValueSource(strings = {"c", "u", "r"})
  void givenARowThatIsWrittenOrReadThenItIsTheRowAfter(String op) {
    assertThat(parser.parse(envelope(op, "null", ROW))).isEqualTo(WRITTEN);
  }

  @Test
  void givenADeleteThenTheRowIsGone() {
    assertThat(parser.parse(envelope("d", ROW, "null")))
        .isEqualTo(new UserChange("42", new Version(77, 1000), null));
  }

  @Test
  void givenARecordWithItsKeyThenTheValueCounts() {
    assertThat(parser.parse(keyed(envelope("u", "null", ROW)))).isEqualTo(WRITTEN);
  }

  @Test
  void givenAnEnvelopeWithItsSchemaThenThePayloadCounts() {
    String text = "{\"schema\":{\"type\":\"struct\"},\"payload\":" + envelope("u", ROW, ROW) + "}";

    assertThat(parser.parse(text)).isEqualTo(WRITTEN);
    assertThat(parser.parse(keyed(text))).isEqualTo(WRITTEN);
  }

  @Test
  void givenATombstoneThenTheRowIsGoneAndTheVersionUnknown() {
    assertThat(parser.parse(keyed("null"))).isEqualTo(new UserChange("42", null, null));
  }

  @Test
  void givenATombstoneThatSaysItsPositionThenThatIsItsVersion() {
    String text = "{\"key\":{\"id\":42},\"value\":null,\"headers\":{\"__lsn\":\"77\"}}";

    assertThat(parser.parse(text)).isEqualTo(new UserChange("42", new Version(77, 0), null));
  }

  @Test
  void givenARowWithoutClosedPeriodThenThatIsLeftToTheClock() {
    String row = ROW.replace(",\"closed_through\":2", "");

    assertThat(parser.parse(envelope("c", "null", row)).row())
        .isEqualTo(
            new Subscription(SubscriptionStatus.ACTIVE, BillingInterval.QUARTERLY, 500, null));
  }

  @Test
  void givenADatabaseWithoutPositionsThenTheTimeTellsTheOrder() {
    String text = envelope("u", "null", ROW).replace("\"lsn\":77,", "");

    assertThat(parser.parse(text).version()).isEqualTo(new Version(0, 1000));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "ACTIVE       | ASLEEP  | 'status' cannot be 'ASLEEP'",
        "QUARTERLY    | DAILY   | 'billing_interval' cannot be 'DAILY'",
        "500          | -1      | 'amount_cents' is missing or negative",
        "\"op\":\"u\" | \"x\":1 | 'op' is ''",
        "\"id\":42    | \"x\":1 | Neither the row nor the key has an id",
        "lsn\":77,\"ts_ms | x   | neither lsn nor ts_ms",
        "{            | [       | Cannot be read",
      })
  void givenAMistakeThenTheMessageNamesIt(String right, String wrong, String message) {
    String text = envelope("u", "null", ROW).replace(right, wrong);

    assertThatExceptionOfType(BadChangeException.class)
        .isThrownBy(() -> parser.parse(text))
        .withMessageContaining(message);
  }

  @Test
  void givenAKeyThatIsNotTheRowsThenItIsAMistake() {
    String text = keyed(envelope("u", "null", ROW)).replace("{\"id\":42}", "{\"id\":43}");

    assertThatExceptionOfType(BadChangeException.class)
        .isThrownBy(() -> parser.parse(text))
        .withMessage("The row's id 42 is not the key's, 43");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "[]", "17", "null", "\"text\"", "{", "{}", "{\"key\":{}}"})
  void givenSomethingElseThenItIsAMistake(String text) {
    assertThatExceptionOfType(BadChangeException.class).isThrownBy(() -> parser.parse(text));
  }

  private static String envelope(String op, String before, String after) {
    return "{\"before\":"
        + before
        + ",\"after\":"
        + after
        + ",\"source\":"
        + SOURCE
        + ",\"op\":\""
        + op
        + "\",\"ts_ms\":1040}";
  }

  private static String keyed(String value) {
    return "{\"key\":{\"id\":42},\"value\":" + value + "}";
  }
}
