/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.sample.tutorial;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A block of code in the tutorial.
 *
 * @param file what it is the content of, as the line before says; null if it is none
 * @param language the language
 * @param answer what it answers if it is a command: the block that comes right behind it, or null
 */
record Step(@Nullable String file, String language, String text, @Nullable String answer) {

  private static final String FENCE = "```";
  private static final Pattern FILE = Pattern.compile("`([a-zA-Z/]+\\.[a-z]+)`");

  static List<Step> of(String tutorial) {
    List<Step> steps = new ArrayList<>();
    List<String> lines = tutorial.lines().toList();
    String before = "";
    boolean right = false;
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i);
      if (line.startsWith(FENCE)) {
        int end = i + 1 + lines.subList(i + 1, lines.size()).indexOf(FENCE);
        String text = String.join("\n", lines.subList(i + 1, end)) + "\n";
        add(steps, before, line.substring(FENCE.length()), text, right);
        right = true;
        i = end;
      } else if (!line.isBlank()) {
        before = line;
        right = false;
      }
    }
    return steps;
  }

  private static void add(
      List<Step> steps, String before, String language, String text, boolean right) {
    Step last = steps.isEmpty() ? null : steps.get(steps.size() - 1);
    if (right && last != null && last.isCommand() && language.equals("text")) {
      steps.set(steps.size() - 1, new Step(null, last.language, last.text, text));
      return;
    }
    var file = FILE.matcher(before);
    steps.add(new Step(file.matches() && !right ? file.group(1) : null, language, text, null));
  }

  boolean isCommand() {
    return language.equals("sh");
  }

  boolean isKill() {
    return language.equals("text") && text.startsWith("kill -9");
  }
}
