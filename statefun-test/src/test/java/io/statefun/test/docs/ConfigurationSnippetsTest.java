/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.test.docs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.statefun.autoconfigure.StateFunProperties;
import io.statefun.autoconfigure.api.ApiProperties;
import io.statefun.autoconfigure.bootstrap.BootstrapProperties;
import io.statefun.autoconfigure.console.ConsoleProperties;
import io.statefun.autoconfigure.kafka.StateFunKafkaProperties;
import io.statefun.autoconfigure.redis.RedisSnapshotProperties;
import io.statefun.autoconfigure.remote.RemoteProperties;
import io.statefun.autoconfigure.savepoint.SavepointProperties;
import io.statefun.autoconfigure.sql.SqlProperties;
import io.statefun.autoconfigure.trace.StateFunTracingProperties;
import java.io.IOException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.boot.context.properties.bind.BindHandler;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.bind.handler.NoUnboundElementsBindHandler;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.core.env.EnumerablePropertySource;
import org.springframework.core.env.MutablePropertySources;
import org.springframework.core.env.PropertySource;
import org.springframework.core.io.ByteArrayResource;
import org.springframework.core.io.Resource;

/** The configuration that documents show is one that the engine knows, key for key. */
class ConfigurationSnippetsTest {

  private static final Path FOLDER = Path.of("src/test/resources/docs");
  private static final ConfigurationPropertyName REDIS =
      ConfigurationPropertyName.of("statefun.snapshot.redis");

  private static final ConfigurationPropertyName KAFKA =
      ConfigurationPropertyName.of("statefun.kafka");
  private static final ConfigurationPropertyName SAVEPOINT =
      ConfigurationPropertyName.of("statefun.savepoint");

  private static final ConfigurationPropertyName REMOTE =
      ConfigurationPropertyName.of("statefun.remote");

  private static final ConfigurationPropertyName API = ConfigurationPropertyName.of("statefun.api");
  private static final ConfigurationPropertyName SQL = ConfigurationPropertyName.of("statefun.sql");
  private static final ConfigurationPropertyName TRACING =
      ConfigurationPropertyName.of("statefun.tracing");
  private static final ConfigurationPropertyName CONSOLE =
      ConfigurationPropertyName.of("statefun.console");
  private static final ConfigurationPropertyName BOOTSTRAP =
      ConfigurationPropertyName.of("statefun.bootstrap");

  /** Below these the keys are names of one's own. */
  private static final List<String> MAPS =
      List.of("statefun.bootstrap", "statefun.remote.endpoints", "statefun.endpoint.signing.keys");

  /** The properties of the bucket, whose names alone are checked, against the metadata. */
  private static final ConfigurationPropertyName S3 =
      ConfigurationPropertyName.of("statefun.snapshot.s3");

  private static final Pattern PROJECT =
      Pattern.compile(
          "<groupId>(\\S+)</groupId>\\s*<artifactId>(\\S+)</artifactId>\\s*<version>(\\S+)</version>");

  static Stream<Path> files() throws IOException {
    try (Stream<Path> files = Files.list(FOLDER)) {
      return files.filter(file -> file.toString().endsWith(".yaml")).sorted().toList().stream();
    }
  }

  @ParameterizedTest
  @MethodSource("files")
  void everyKeyIsKnownAndValid(Path file) throws IOException {
    String yaml = Files.readString(file);
    StateFunProperties properties = bind(yaml);
    if (yaml.contains("statefun:")
        && Stream.of(
                "kafka:", "savepoint:", "remote:", "api:", "bootstrap:", "tracing:", "console:")
            .noneMatch(yaml::contains)) {
      assertThat(properties).isNotEqualTo(bind(""));
    }
    String known = knownProperties();
    for (String name : names(yaml)) {
      // Of the items of a list the metadata knows only the list; that they are known is found
      // above.
      String key =
          MAPS.stream()
              .filter(map -> name.startsWith(map + "."))
              .findFirst()
              .orElse(name.replaceAll("\\[\\d+].*", ""));
      assertThat(known).as(name).contains("\"name\": \"" + key + "\"");
    }
  }

  @Test
  void anUnknownKeyIsFound() {
    assertThatThrownBy(() -> bind("statefun:\n  memory:\n    max-instance: 3\n"))
        .rootCause()
        .hasMessageContaining("max-instance");
    assertThatThrownBy(() -> bind("statefun:\n  kafka:\n    egress:\n      - topc: x\n"))
        .rootCause()
        .hasMessageContaining("topc");
    assertThatThrownBy(() -> bind("statefun:\n  snapshot:\n    redis:\n      chunk: 3\n"))
        .rootCause()
        .hasMessageContaining("chunk");
  }

  private static StateFunProperties bind(String yaml) throws IOException {
    MutablePropertySources sources = new MutablePropertySources();
    load(yaml).forEach(sources::addLast);
    List<ConfigurationPropertySource> all = new ArrayList<>();
    ConfigurationPropertySources.from(sources).forEach(all::add);
    RedisSnapshotProperties redis = bind(all, REDIS.toString(), RedisSnapshotProperties.class);
    assertThat(redis.validateObject(redis).getAllErrors()).isEmpty();
    StateFunKafkaProperties kafka = bind(all, KAFKA.toString(), StateFunKafkaProperties.class);
    assertThat(kafka.validateObject(kafka).getAllErrors()).isEmpty();
    SavepointProperties savepoint = bind(all, SAVEPOINT.toString(), SavepointProperties.class);
    assertThat(savepoint.validateObject(savepoint).getAllErrors()).isEmpty();
    RemoteProperties remote = bind(all, REMOTE.toString(), RemoteProperties.class);
    assertThat(remote.validateObject(remote).getAllErrors()).isEmpty();
    assertThat(bind(all, API.toString(), ApiProperties.class)).isNotNull();
    assertThat(bind(all, SQL.toString(), SqlProperties.class)).isNotNull();
    assertThat(bind(all, TRACING.toString(), StateFunTracingProperties.class)).isNotNull();
    assertThat(bind(all, CONSOLE.toString(), ConsoleProperties.class)).isNotNull();
    BootstrapProperties bootstrap =
        bind(
            all.stream().map(source -> source.filter(BOOTSTRAP::isAncestorOf)).toList(),
            "statefun",
            BootstrapProperties.class);
    assertThat(bootstrap.validateObject(bootstrap).getAllErrors()).isEmpty();
    all.replaceAll(
        source ->
            source.filter(
                name ->
                    !REDIS.isAncestorOf(name)
                        && !S3.isAncestorOf(name)
                        && !KAFKA.isAncestorOf(name)
                        && !SAVEPOINT.isAncestorOf(name)
                        && !API.isAncestorOf(name)
                        && !SQL.isAncestorOf(name)
                        && !TRACING.isAncestorOf(name)
                        && !CONSOLE.isAncestorOf(name)
                        && !BOOTSTRAP.isAncestorOf(name)
                        && !REMOTE.isAncestorOf(name)));
    StateFunProperties properties = bind(all, "statefun", StateFunProperties.class);
    assertThat(properties.validateObject(properties).getAllErrors()).isEmpty();
    return properties;
  }

  private static <T> T bind(
      List<ConfigurationPropertySource> sources, String prefix, Class<T> type) {
    return new Binder(sources)
        .bindOrCreate(
            prefix, Bindable.of(type), new NoUnboundElementsBindHandler(BindHandler.DEFAULT));
  }

  private static List<PropertySource<?>> load(String yaml) throws IOException {
    Resource resource = new ByteArrayResource(yaml.getBytes(StandardCharsets.UTF_8));
    return new YamlPropertySourceLoader().load("snippet", resource);
  }

  private static List<String> names(String yaml) throws IOException {
    return load(yaml).stream()
        .map(source -> (EnumerablePropertySource<?>) source)
        .flatMap(source -> Stream.of(source.getPropertyNames()))
        .toList();
  }

  /** What the libraries on the class path say of their properties. */
  private static String knownProperties() throws IOException {
    StringBuilder all = new StringBuilder();
    ClassLoader loader = ConfigurationSnippetsTest.class.getClassLoader();
    for (URL url :
        Collections.list(loader.getResources("META-INF/spring-configuration-metadata.json"))) {
      all.append(new String(url.openStream().readAllBytes(), StandardCharsets.UTF_8));
    }
    return all.toString();
  }

  @Test
  void dependenciesAreModulesOfTheProject() throws IOException {
    Matcher dependency = PROJECT.matcher(Files.readString(FOLDER.resolve("dependencies.xml")));
    int count = 0;
    while (dependency.find()) {
      String module = Files.readString(Path.of("..", dependency.group(2), "pom.xml"));
      assertThat(module)
          .contains("<artifactId>" + dependency.group(2) + "</artifactId>")
          .contains("<groupId>" + dependency.group(1) + "</groupId>")
          .contains("<version>" + dependency.group(3) + "</version>");
      count++;
    }
    assertThat(count).isEqualTo(3);
  }
}
