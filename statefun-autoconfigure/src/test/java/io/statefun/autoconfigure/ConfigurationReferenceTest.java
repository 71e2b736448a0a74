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
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The table of properties in the documents is made of the configuration metadata. With {@code
 * -Dstatefun.docs.write=true} the test writes it instead of comparing.
 */
class ConfigurationReferenceTest {

  private static final Path METADATA =
      Path.of("target/classes/META-INF/spring-configuration-metadata.json");
  private static final Path DOCUMENT = Path.of("../docs/configuration.md");
  private static final String BEGIN = "<!-- properties: begin -->\n";
  private static final String END = "<!-- properties: end -->\n";

  /** A list of records of ours, of whose parts the metadata says nothing. */
  private static final Pattern ITEMS = Pattern.compile("java\\.util\\.List<(io\\.statefun\\..*)>");

  @Test
  void theTableIsThatOfTheMetadata() throws Exception {
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
            "The table of properties. To write it anew: mvn -pl statefun-autoconfigure -am test"
                + " -Dtest=ConfigurationReferenceTest -Dsurefire.failIfNoSpecifiedTests=false"
                + " -Dstatefun.docs.write=true")
        .isEqualTo(table);
  }

  private static String table() throws IOException, ClassNotFoundException {
    JsonNode metadata = JsonMapper.builder().build().readTree(METADATA.toFile());
    List<String> rows = new ArrayList<>();
    for (JsonNode property : metadata.get("properties")) {
      rows.add(row(property));
      Matcher items = ITEMS.matcher(property.get("type").asString());
      if (items.matches()) {
        rows.addAll(ListItems.rows(property.get("name").asString(), Class.forName(items.group(1))));
      }
    }
    assertThat(rows).hasSizeGreaterThan(20);
    rows.sort(Comparator.comparing(row -> !row.startsWith("| `statefun.")));
    return "| property | type | default | what it is |\n| --- | --- | --- | --- |\n"
        + String.join("", rows);
  }

  private static String row(JsonNode property) throws ClassNotFoundException {
    String description = property.path("description").asString("");
    assertThat(description).as("the description of %s", property).isNotBlank();
    return "| `%s` | %s | %s | %s |\n"
        .formatted(
            property.get("name").asString(),
            type(property.get("type").asString()),
            defaultValue(property.path("defaultValue")),
            description.replaceAll("\\s+", " ").replace("|", "\\|"));
  }

  private static String defaultValue(JsonNode value) {
    if (value.isMissingNode() || value.isArray() && value.isEmpty()) {
      return "";
    }
    return "`" + value.asString() + "`";
  }

  static String type(String name) throws ClassNotFoundException {
    return switch (name) {
      case "java.lang.Boolean" -> "`true`, `false`";
      case "java.lang.Short", "java.lang.Integer", "java.lang.Double" -> "number";
      case "java.lang.String" -> "text";
      case "java.util.List<java.lang.String>", "java.util.Set<java.lang.String>" -> "list of texts";
      case "java.nio.file.Path" -> "directory";
      case "java.net.URI" -> "address";
      case "java.time.Duration" -> "time";
      case "org.springframework.util.unit.DataSize" -> "size";
      case "java.time.Instant" -> "point in time";
      case "java.util.Map<java.lang.String, java.lang.Long>" -> "numbers by text";
      case "java.util.Map<java.lang.String, java.lang.String>" -> "texts by text";
      case "java.util.Map<java.lang.String,java.lang.String>" -> "texts by name";
      case "java.util.Map<java.lang.String,io.statefun.autoconfigure.remote.RemoteProperties$Endpoint>" ->
          "[endpoints](remote-functions.md#every-setting) by name";
      case "java.util.Map<java.lang.String,io.statefun.autoconfigure.bootstrap.BootstrapProperties$Input>" ->
          "[rows](bootstrap.md#every-setting) by name";
      default -> ITEMS.matcher(name).matches() ? "list" : constants(Class.forName(name));
    };
  }

  private static String constants(Class<?> type) {
    assertThat(type.isEnum()).as(type.getName()).isTrue();
    return Arrays.stream(type.getEnumConstants())
        .map(constant -> "`" + kebab((Enum<?>) constant) + "`")
        .collect(Collectors.joining(", "));
  }

  private static String kebab(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
