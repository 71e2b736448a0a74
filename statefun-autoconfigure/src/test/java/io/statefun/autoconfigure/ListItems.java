/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.springframework.boot.context.properties.bind.DefaultValue;

/** Rows of the reference for the items of a list, out of the record's own source. */
final class ListItems {

  private static final Path SOURCES = Path.of("src/main/java");

  private ListItems() {}

  static List<String> rows(String list, Class<?> item) throws IOException, ClassNotFoundException {
    String source =
        Files.readString(
            SOURCES.resolve(item.getDeclaringClass().getName().replace('.', '/') + ".java"));
    String documentation = documentation(source, item);
    List<String> rows = new ArrayList<>();
    for (RecordComponent component : item.getRecordComponents()) {
      rows.add(
          "| `%s[].%s` | %s | %s | %s |\n"
              .formatted(
                  list,
                  kebab(component.getName()),
                  ConfigurationReferenceTest.type(component.getGenericType().getTypeName()),
                  defaultValue(item, component.getName()),
                  description(documentation, component.getName()).replace("|", "\\|")));
    }
    return rows;
  }

  private static String documentation(String source, Class<?> item) {
    int declaration = source.indexOf("public record " + item.getSimpleName() + "(");
    return source.substring(source.lastIndexOf("/**", declaration), declaration);
  }

  private static String description(String documentation, String component) {
    Matcher matcher =
        Pattern.compile("@param " + component + " (.*?)(?=@param|\\*/)", Pattern.DOTALL)
            .matcher(documentation);
    assertThat(matcher.find()).as("the description of %s", component).isTrue();
    return matcher.group(1).replaceAll("\\s+\\*?\\s*", " ").strip();
  }

  private static String defaultValue(Class<?> item, String component) {
    for (var parameter : item.getDeclaredConstructors()[0].getParameters()) {
      DefaultValue annotation = parameter.getAnnotation(DefaultValue.class);
      if (parameter.getName().equals(component)
          && annotation != null
          && annotation.value().length > 0) {
        return "`" + String.join(",", annotation.value()) + "`";
      }
    }
    return "";
  }

  private static String kebab(String name) {
    return name.replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT);
  }
}
