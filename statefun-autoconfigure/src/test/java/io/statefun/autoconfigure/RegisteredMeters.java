/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Tag;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.statefun.autoconfigure.kafka.KafkaMeters;
import io.statefun.autoconfigure.remote.RemoteMeters;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.MetricsAutoConfiguration;

/**
 * All meters that an application can have, as it registers them: one that runs, and what it would
 * have in addition with Kafka and with functions elsewhere.
 *
 * @param meters by name, with all tags that they have been registered with
 * @param series the names of what Prometheus sees, with the labels of each
 */
record RegisteredMeters(Map<String, RegisteredMeter> meters, Map<String, Set<String>> series) {

  private static final Pattern SAMPLE = Pattern.compile("([a-zA-Z0-9_]+)(?:\\{(.*)})? .*");
  private static final Pattern LABEL = Pattern.compile("([a-zA-Z0-9_]+)=\"");

  /**
   * Meters of one name.
   *
   * @param tags the values of each tag
   */
  record RegisteredMeter(
      String name,
      Meter.Type type,
      String unit,
      String description,
      Map<String, Set<String>> tags) {}

  static RegisteredMeters find() {
    PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    ContextRunners.application()
        .withConfiguration(
            AutoConfigurations.of(
                MetricsAutoConfiguration.class,
                CompositeMeterRegistryAutoConfiguration.class,
                StateFunMetricsAutoConfiguration.class))
        .withBean(PrometheusMeterRegistry.class, () -> registry)
        .run(
            context -> {
              assertThat(context).hasNotFailed();
              // Before it is closed, and the registry with it.
              KafkaMeters.bindTo(registry);
              RemoteMeters.bindTo(registry);
            });
    return new RegisteredMeters(meters(registry), series(registry));
  }

  private static Map<String, RegisteredMeter> meters(PrometheusMeterRegistry registry) {
    Map<String, RegisteredMeter> found = new TreeMap<>();
    for (Meter meter : registry.getMeters()) {
      Meter.Id id = meter.getId();
      if (id.getName().startsWith("statefun.")) {
        RegisteredMeter known =
            found.computeIfAbsent(
                id.getName(),
                name ->
                    new RegisteredMeter(
                        name,
                        id.getType(),
                        String.valueOf(id.getBaseUnit()),
                        String.valueOf(id.getDescription()),
                        new TreeMap<>()));
        for (Tag tag : id.getTags()) {
          known.tags().computeIfAbsent(tag.getKey(), key -> new TreeSet<>()).add(tag.getValue());
        }
      }
    }
    return found;
  }

  private static Map<String, Set<String>> series(PrometheusMeterRegistry registry) {
    Map<String, Set<String>> found = new TreeMap<>();
    for (String line : registry.scrape().split("\n")) {
      Matcher sample = SAMPLE.matcher(line);
      if (sample.matches() && line.startsWith("statefun_")) {
        Set<String> labels = found.computeIfAbsent(sample.group(1), name -> new TreeSet<>());
        Matcher label = LABEL.matcher(String.valueOf(sample.group(2)));
        while (label.find()) {
          labels.add(label.group(1));
        }
      }
    }
    return found;
  }

  /** What Prometheus sees of a meter. */
  List<String> seriesOf(String meter) {
    return series.keySet().stream().filter(name -> meterOf(name).equals(meter)).toList();
  }

  private String meterOf(String name) {
    return meters.keySet().stream()
        .filter(meter -> (name + '_').startsWith(meter.replace('.', '_') + '_'))
        .max(Comparator.comparing(String::length))
        .orElseThrow();
  }

  /** All labels of all series. */
  Set<String> labels() {
    return series.values().stream().flatMap(Set::stream).collect(Collectors.toSet());
  }
}
