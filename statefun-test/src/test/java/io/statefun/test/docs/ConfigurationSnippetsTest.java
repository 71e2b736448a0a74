/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.test.docs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.statefun.autoconfigure.StateFunProperties;
import java.io.IOException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
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
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.core.env.EnumerablePropertySource;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.MutablePropertySources;
import org.springframework.core.env.PropertySource;
import org.springframework.core.io.ByteArrayResource;
import org.springframework.core.io.Resource;

/** The configuration that documents show is one that the engine knows, key for key. */
class ConfigurationSnippetsTest {

  private static final Path FOLDER = Path.of("src/test/resources/docs");
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
    if (yaml.contains("statefun:")) {
      assertThat(properties).isNotEqualTo(bind(""));
    }
    String known = knownProperties();
    for (String name : names(yaml)) {
      String key = name.replaceAll("\\[\\d+]$", "");
      assertThat(known).as(name).contains("\"name\": \"" + key + "\"");
    }
  }

  @Test
  void anUnknownKeyIsFound() {
    assertThatThrownBy(() -> bind("statefun:\n  memory:\n    max-instance: 3\n"))
        .rootCause()
        .hasMessageContaining("max-instance");
  }

  private static StateFunProperties bind(String yaml) throws IOException {
    MutablePropertySources sources = new MutablePropertySources();
    load(yaml).stream().map(ConfigurationSnippetsTest::withoutAdapters).forEach(sources::addLast);
    BindHandler handler = new NoUnboundElementsBindHandler(BindHandler.DEFAULT);
    Bindable<StateFunProperties> target = Bindable.of(StateFunProperties.class);
    StateFunProperties properties =
        new Binder(ConfigurationPropertySources.from(sources))
            .bindOrCreate("statefun", target, handler);
    assertThat(properties.validateObject(properties).getAllErrors()).isEmpty();
    return properties;
  }

  /** What the properties of stores with classes of their own are is known from their metadata. */
  private static PropertySource<?> withoutAdapters(PropertySource<?> source) {
    Map<String, Object> own = new LinkedHashMap<>();
    for (String name : ((EnumerablePropertySource<?>) source).getPropertyNames()) {
      if (!name.startsWith("statefun.snapshot.s3.")) {
        own.put(name, Objects.requireNonNull(source.getProperty(name)));
      }
    }
    return new MapPropertySource(source.getName(), own);
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
