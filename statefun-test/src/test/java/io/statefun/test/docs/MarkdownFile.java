/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.test.docs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A document: its code blocks, its links, and the anchors of its headings. */
final class MarkdownFile {

  private static final Pattern LINK = Pattern.compile("\\[[^\\]]*]\\(([^)\\s]+)\\)");
  private static final Pattern HEADING = Pattern.compile("#{1,6} +(.*)");
  private static final String FENCE = "```";

  final Path path;
  final List<Block> blocks = new ArrayList<>();
  final List<Link> links = new ArrayList<>();
  final Set<String> anchors = new HashSet<>();

  /** A code block. */
  record Block(Path file, int line, String language, String text) {

    @Override
    public String toString() {
      return file.getFileName() + ":" + line + " (" + language + ")\n" + text;
    }
  }

  /** A link to somewhere. */
  record Link(Path file, int line, String target) {}

  private MarkdownFile(Path path) {
    this.path = path;
  }

  static MarkdownFile read(Path path) throws IOException {
    MarkdownFile file = new MarkdownFile(path);
    file.parse(Files.readAllLines(path));
    return file;
  }

  private void parse(List<String> lines) {
    Map<String, Integer> slugs = new HashMap<>();
    StringBuilder block = null;
    String language = "";
    int begin = 0;
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i);
      if (line.startsWith(FENCE)) {
        if (block == null) {
          block = new StringBuilder();
          language = line.substring(FENCE.length()).strip();
          begin = i + 1;
        } else {
          blocks.add(new Block(path, begin, language, block.toString()));
          block = null;
        }
      } else if (block != null) {
        block.append(line).append('\n');
      } else {
        parseText(line, i + 1, slugs);
      }
    }
    if (block != null) {
      throw new IllegalStateException(path + ":" + begin + ": a code block has no end");
    }
  }

  private void parseText(String line, int number, Map<String, Integer> slugs) {
    Matcher heading = HEADING.matcher(line);
    if (heading.matches()) {
      String slug = slug(heading.group(1));
      int before = slugs.merge(slug, 1, Integer::sum) - 1;
      anchors.add(before == 0 ? slug : slug + "-" + before);
    }
    Matcher link = LINK.matcher(line);
    while (link.find()) {
      links.add(new Link(path, number, link.group(1)));
    }
  }

  private static String slug(String heading) {
    return heading
        .strip()
        .toLowerCase(Locale.ROOT)
        .replaceAll("[^\\p{L}\\p{N} _-]", "")
        .replace(' ', '-');
  }
}
