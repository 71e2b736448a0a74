/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import io.statefun.autoconfigure.RegisteredMeters.RegisteredMeter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * The table of meters in the documents is made of the meters that an application registers. With
 * {@code -Dstatefun.docs.write=true} the test writes it instead of comparing.
 */
class MetersReferenceTest {

  private static final Path DOCUMENT = Path.of("../docs/metrics.md");
  private static final String BEGIN = "<!-- meters: begin -->\n";
  private static final String END = "<!-- meters: end -->\n";

  /** Tags whose values are those of the application. */
  private static final Set<String> OWN = Set.of("function", "endpoint", "ingress", "le");

  private final RegisteredMeters registered = RegisteredMeters.find();

  @Test
  void theTableIsThatOfTheMetersThatAnApplicationRegisters() throws Exception {
    String document = Files.readString(DOCUMENT);
    int begin = document.indexOf(BEGIN) + BEGIN.length();
    int end = document.indexOf(END);
    assertThat(end).as("the markers in " + DOCUMENT).isGreaterThanOrEqualTo(begin);
    String table = table();
    if (Boolean.getBoolean("statefun.docs.write")) {
      Files.writeString(DOCUMENT, document.substring(0, begin) + table + document.substring(end));
      return;
    }
    assertThat(document.substring(begin, end))
        .as(
            "The table of meters. To write it anew: mvn -pl statefun-autoconfigure -am test"
                + " -Dtest=MetersReferenceTest -Dsurefire.failIfNoSpecifiedTests=false"
                + " -Dstatefun.docs.write=true")
        .isEqualTo(table);
  }

  @Test
  void everyMeterIsDescribedAndSeenByPrometheus() {
    assertThat(registered.meters()).hasSizeGreaterThan(40);
    assertThat(registered.meters().values())
        .allSatisfy(
            meter -> {
              assertThat(meter.description()).isNotBlank().isNotEqualTo("null");
              assertThat(registered.seriesOf(meter.name())).as(meter.name()).isNotEmpty();
            });
  }

  private String table() {
    return "| meter | tags | in Prometheus | what it measures |\n| --- | --- | --- | --- |\n"
        + registered.meters().values().stream().map(this::row).collect(Collectors.joining());
  }

  private String row(RegisteredMeter meter) {
    return "| `%s` | %s | %s | %s |\n"
        .formatted(
            meter.name(),
            meter.tags().entrySet().stream()
                .map(MetersReferenceTest::tag)
                .collect(Collectors.joining("; ")),
            registered.seriesOf(meter.name()).stream()
                .map(name -> "`" + name + "`")
                .collect(Collectors.joining(", ")),
            meter.description());
  }

  private static String tag(Map.Entry<String, Set<String>> tag) {
    String name = "`" + tag.getKey() + "`";
    return OWN.contains(tag.getKey())
        ? name
        : name
            + ": "
            + tag.getValue().stream()
                .map(value -> "`" + value + "`")
                .collect(Collectors.joining(", "));
  }
}
