/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.test.docs;

import static org.assertj.core.api.Assertions.assertThat;

import io.statefun.test.docs.MarkdownFile.Block;
import io.statefun.test.docs.MarkdownFile.Link;
import io.statefun.test.docs.Regions.Region;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * What the documents show is compiled and run, and what they point to is there. A code block must
 * be a region of a file under {@code src/test}, of the console's tests, or of a manifest of the
 * sample, word for word; the tests beside those files, and those of the sample, run them.
 */
class DocumentationTest {

  private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
  private static final Path MANIFESTS = ROOT.resolve("sample-billing-app/kubernetes");

  /** Whose steps another test runs, with the files that they are. */
  private static final Path TUTORIAL = Path.of("tutorial.md");

  /** Some need Spring Security, which is not there for the tests of this module. */
  private static final Path AUTOCONFIGURE = ROOT.resolve("statefun-autoconfigure/src/test/java");

  private static final Set<String> SHOWN = Set.of("java", "yaml", "xml");
  private static final Set<String> LANGUAGES =
      Set.of("java", "yaml", "xml", "sh", "text", "mermaid");
  private static final Pattern OPTION = Pattern.compile("(?<=\\s)--[a-z-]+");

  @Test
  void codeBlocksAreRegionsOfTestedFiles() throws IOException {
    Set<String> regions =
        regions().stream()
            .map(region -> Regions.normalised(region.text()))
            .collect(Collectors.toSet());
    List<Block> unknown =
        blocks().stream()
            .filter(block -> SHOWN.contains(block.language()))
            .filter(block -> !block.file().endsWith(TUTORIAL))
            .filter(block -> !regions.contains(Regions.normalised(block.text())))
            .toList();
    assertThat(unknown)
        .as("code blocks that are no region between tag:: and end:: of a file in src/test")
        .isEmpty();
  }

  @Test
  void regionsAreShownSomewhere() throws IOException {
    Set<String> shown =
        blocks().stream()
            .map(block -> Regions.normalised(block.text()))
            .collect(Collectors.toSet());
    List<Region> regions = regions();
    assertThat(regions).hasSizeGreaterThan(20);
    assertThat(regions)
        .filteredOn(region -> !shown.contains(Regions.normalised(region.text())))
        .as("regions that no document shows")
        .isEmpty();
  }

  @Test
  void codeBlocksSayInWhichLanguageTheyAre() throws IOException {
    assertThat(blocks()).allSatisfy(block -> assertThat(block.language()).isIn(LANGUAGES));
  }

  @Test
  void linksLeadSomewhere() throws IOException {
    List<String> broken = new ArrayList<>();
    List<MarkdownFile> files = new ArrayList<>(documents());
    files.add(MarkdownFile.read(ROOT.resolve("sample-billing-app/README.md")));
    for (MarkdownFile file : files) {
      for (Link link : file.links) {
        if (!link.target().startsWith("https://") && !leadsSomewhere(file, link.target())) {
          broken.add(ROOT.relativize(link.file()) + ":" + link.line() + " " + link.target());
        }
      }
    }
    assertThat(broken).isEmpty();
  }

  private static boolean leadsSomewhere(MarkdownFile from, String target) throws IOException {
    int hash = target.indexOf('#');
    String file = hash < 0 ? target : target.substring(0, hash);
    Path path = file.isEmpty() ? from.path : from.path.resolveSibling(file).normalize();
    if (!path.startsWith(ROOT) || !Files.exists(path)) {
      return false;
    }
    return hash < 0 || MarkdownFile.read(path).anchors.contains(target.substring(hash + 1));
  }

  @Test
  void commandsAreThereAndKnowTheirOptions() throws IOException {
    List<String> wrong = new ArrayList<>();
    int commands = 0;
    for (Block block : blocks()) {
      if (!block.language().equals("sh")) {
        continue;
      }
      for (String line : block.text().split("\n")) {
        Path script = ROOT.resolve(line.split(" ")[0]);
        if (!Files.isRegularFile(script)) {
          continue;
        }
        commands++;
        String text = Files.readString(script);
        Matcher option = OPTION.matcher(line);
        while (option.find()) {
          if (!text.contains(option.group())) {
            wrong.add(block.file().getFileName() + ": " + line);
          }
        }
      }
    }
    assertThat(wrong).isEmpty();
    assertThat(commands).isPositive();
  }

  @Test
  void theReadmeLeadsToEachDocument() throws IOException {
    Set<Path> linked =
        MarkdownFile.read(ROOT.resolve("README.md")).links.stream()
            .map(link -> ROOT.resolve(link.target().replaceAll("#.*", "")))
            .collect(Collectors.toSet());
    assertThat(linked).containsAll(docs());
  }

  private static List<Block> blocks() throws IOException {
    return documents().stream().flatMap(file -> file.blocks.stream()).toList();
  }

  private static List<Region> regions() throws IOException {
    List<Region> regions = new ArrayList<>(Regions.in(Path.of("src/test")));
    regions.addAll(Regions.in(AUTOCONFIGURE));
    regions.addAll(Regions.in(MANIFESTS));
    return regions;
  }

  private static List<MarkdownFile> documents() throws IOException {
    List<MarkdownFile> documents = new ArrayList<>();
    documents.add(MarkdownFile.read(ROOT.resolve("README.md")));
    for (Path path : docs()) {
      documents.add(MarkdownFile.read(path));
    }
    return documents;
  }

  private static List<Path> docs() throws IOException {
    try (Stream<Path> files = Files.list(ROOT.resolve("docs"))) {
      return files.filter(file -> file.toString().endsWith(".md")).sorted().toList();
    }
  }
}
