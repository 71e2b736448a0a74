/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.Yaml;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The dashboard and the alert rules ask for what an application registers, and nothing else. */
class MonitoringTest {

  private static final Path FOLDER = Path.of("../docs/monitoring");
  private static final Pattern SERIES = Pattern.compile("statefun_[a-z0-9_]+");
  private static final Pattern SELECTED = Pattern.compile("(statefun_[a-z0-9_]+)\\{([^}]*)}");
  private static final Pattern LABEL = Pattern.compile("([a-z_]+) *(?:=~|!~|!=|=) *\"([^\"]*)\"");
  private static final Pattern GROUPED = Pattern.compile("by \\(([^)]*)\\)");

  /** What Prometheus adds to all that it scrapes. */
  private static final Set<String> OF_PROMETHEUS = Set.of("job", "instance");

  private final RegisteredMeters registered = RegisteredMeters.find();

  @Test
  void theDashboardAsksForSeriesThatThereAre() throws IOException {
    List<String> expressions = dashboardExpressions();
    assertThat(expressions).hasSizeGreaterThan(40);
    assertThat(expressions).allSatisfy(this::assertThatItFits);
  }

  @Test
  void theAlertsAskForSeriesThatThereAre() throws IOException {
    List<Map<String, Object>> rules = rules();
    assertThat(rules).hasSizeGreaterThan(15);
    assertThat(rules).allSatisfy(rule -> assertThatItFits(String.valueOf(rule.get("expr"))));
  }

  @Test
  void everyMeterButThoseOfTheWholeApplicationIsOnTheDashboard() throws IOException {
    String all = String.join("\n", dashboardExpressions());
    Set<String> shown = new HashSet<>();
    Matcher series = SERIES.matcher(all);
    while (series.find()) {
      shown.add(series.group());
    }
    assertThat(registered.meters().keySet())
        .filteredOn(meter -> registered.seriesOf(meter).stream().noneMatch(shown::contains))
        .containsExactlyInAnyOrder(
            // These say something in an alert, or beside others.
            "statefun.epoch.committed",
            "statefun.rocksdb.writes.delayed",
            "statefun.savepoint.size",
            "statefun.state.unreadable");
  }

  @Test
  void everyAlertSaysWhatItIsAndWhatToDo() throws IOException {
    Set<String> names = new HashSet<>();
    assertThat(rules())
        .allSatisfy(
            rule -> {
              assertThat(rule.get("alert")).asString().startsWith("StateFun");
              assertThat(names.add(String.valueOf(rule.get("alert")))).isTrue();
              assertThat(map(rule, "labels")).containsOnlyKeys("severity");
              assertThat(map(rule, "labels").get("severity")).isIn("critical", "warning");
              Map<String, Object> annotations = map(rule, "annotations");
              assertThat(annotations).containsOnlyKeys("summary", "description");
              assertThat(String.valueOf(annotations.get("summary"))).isNotBlank();
              assertThat(String.valueOf(annotations.get("description")))
                  .hasSizeGreaterThan(80)
                  .endsWith(".");
            });
  }

  @Test
  void theDashboardTakesAnyPrometheus() throws IOException {
    JsonNode dashboard = dashboard();
    JsonNode variable = dashboard.at("/templating/list/0");
    assertThat(variable.at("/name").asString()).isEqualTo("datasource");
    assertThat(variable.at("/type").asString()).isEqualTo("datasource");
    assertThat(variable.at("/query").asString()).isEqualTo("prometheus");
    assertThat(dashboard.findValues("datasource"))
        .isNotEmpty()
        .allSatisfy(
            source -> {
              assertThat(source.at("/type").asString()).isEqualTo("prometheus");
              assertThat(source.at("/uid").asString()).isEqualTo("${datasource}");
            });
  }

  @Test
  void noPanelLiesOnAnother() throws IOException {
    Set<Integer> ids = new HashSet<>();
    Set<String> taken = new HashSet<>();
    for (JsonNode panel : dashboard().get("panels")) {
      assertThat(ids.add(panel.get("id").asInt())).isTrue();
      JsonNode place = panel.get("gridPos");
      for (int x = 0; x < place.get("w").asInt(); x++) {
        for (int y = 0; y < place.get("h").asInt(); y++) {
          int column = place.get("x").asInt() + x;
          assertThat(column).isLessThan(24);
          assertThat(taken.add(column + "," + (place.get("y").asInt() + y)))
              .as(panel.get("title").asString())
              .isTrue();
        }
      }
    }
  }

  private void assertThatItFits(String expression) {
    Matcher series = SERIES.matcher(expression);
    int count = 0;
    while (series.find()) {
      assertThat(registered.series()).as(expression).containsKey(series.group());
      count++;
    }
    assertThat(count).as(expression).isPositive();
    Matcher selected = SELECTED.matcher(expression);
    while (selected.find()) {
      assertThatLabelsAreThoseOf(selected.group(1), selected.group(2));
    }
    Matcher grouped = GROUPED.matcher(expression);
    while (grouped.find()) {
      for (String label : grouped.group(1).split(", *")) {
        assertThat(OF_PROMETHEUS.contains(label) || registered.labels().contains(label))
            .as("the label %s in %s", label, expression)
            .isTrue();
      }
    }
    assertThat(expression.chars().filter(c -> c == '(').count())
        .as(expression)
        .isEqualTo(expression.chars().filter(c -> c == ')').count());
  }

  private void assertThatLabelsAreThoseOf(String series, String selectors) {
    Matcher label = LABEL.matcher(selectors);
    while (label.find()) {
      String name = label.group(1);
      if (!OF_PROMETHEUS.contains(name)) {
        assertThat(registered.series().get(series)).as(series).contains(name);
        Set<String> values = new HashSet<>();
        registered.meters().values().forEach(meter -> values.addAll(tag(meter.tags(), name)));
        assertThat(values).as(name).contains(label.group(2).split("\\|"));
      }
    }
  }

  private static Set<String> tag(Map<String, Set<String>> tags, String name) {
    return tags.getOrDefault(name, Set.of());
  }

  private static JsonNode dashboard() throws IOException {
    return new JsonMapper().readTree(Files.readString(FOLDER.resolve("grafana-dashboard.json")));
  }

  private static List<String> dashboardExpressions() throws IOException {
    return dashboard().findValuesAsString("expr");
  }

  private static List<Map<String, Object>> rules() throws IOException {
    Map<String, Object> file = new Yaml().load(Files.readString(FOLDER.resolve("alerts.yaml")));
    return maps(file, "groups").flatMap(group -> maps(group, "rules")).toList();
  }

  @SuppressWarnings("unchecked")
  private static Stream<Map<String, Object>> maps(Map<String, Object> parent, String name) {
    return ((List<Map<String, Object>>) Objects.requireNonNull(parent.get(name))).stream();
  }

  @SuppressWarnings("unchecked")
  private static Map<String, Object> map(Map<String, Object> parent, String name) {
    return (Map<String, Object>) Objects.requireNonNull(parent.get(name));
  }
}
