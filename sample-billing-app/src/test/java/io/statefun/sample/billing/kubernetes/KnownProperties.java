/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.sample.billing.kubernetes;

import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.util.Collections;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The properties that the application and its libraries say they have. */
final class KnownProperties {

  private static final String METADATA = "META-INF/spring-configuration-metadata.json";

  private final Set<String> names = new HashSet<>();

  /** Of maps, whose keys may be anything. */
  private final Set<String> maps = new HashSet<>();

  private KnownProperties() {}

  static KnownProperties load() throws IOException {
    KnownProperties known = new KnownProperties();
    JsonMapper json = new JsonMapper();
    for (URL url :
        Collections.list(KnownProperties.class.getClassLoader().getResources(METADATA))) {
      try (InputStream in = url.openStream()) {
        for (JsonNode property : json.readTree(in).path("properties")) {
          known.add(property.path("name").asString(), property.path("type").asString(""));
        }
      }
    }
    return known;
  }

  private void add(String name, String type) {
    names.add(name);
    if (type.startsWith("java.util.Map")) {
      maps.add(name);
    }
  }

  boolean has(String property) {
    return names.contains(property)
        || maps.stream().anyMatch(map -> property.startsWith(map + "."));
  }

  /** Whether an environment variable is the name of a property, as Spring Boot reads it. */
  boolean hasVariable(String variable) {
    return names.stream().map(KnownProperties::variable).anyMatch(variable::equals)
        || maps.stream().anyMatch(map -> variable.startsWith(variable(map) + "_"));
  }

  private static String variable(String property) {
    return property.replace("-", "").replace('.', '_').toUpperCase(Locale.ROOT);
  }
}
