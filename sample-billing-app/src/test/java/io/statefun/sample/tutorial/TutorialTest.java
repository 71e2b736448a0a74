/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.sample.tutorial;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.io.File;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;
import org.junit.platform.launcher.listeners.TestExecutionSummary;

/**
 * Goes the way of the tutorial: with its files, its commands, and what it says that they answer.
 * Instead of Maven, which could not find a library that is only just built, the compiler is called
 * here, with the libraries of this module, which must be those of the tutorial's project.
 */
class TutorialTest {

  private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
  private static final Pattern ARTIFACT = Pattern.compile("<artifactId>([^<]+)</artifactId>");

  private List<Step> steps = List.of();

  @TempDir Path project;

  @BeforeEach
  void followTheTutorial() throws IOException {
    steps = Step.of(Files.readString(ROOT.resolve("docs/tutorial.md")));
    for (Step step : steps) {
      if (step.file() != null) {
        Path file = project.resolve(step.file());
        Files.createDirectories(file.getParent());
        Files.writeString(file, step.text());
      }
    }
  }

  @Test
  void theProjectNeedsWhatIsTestedHere() throws IOException {
    String theirs = Files.readString(project.resolve("pom.xml"));
    String parent = Files.readString(ROOT.resolve("pom.xml"));
    String ours = Files.readString(Path.of("pom.xml"));

    Set<String> known = artifacts(ours);
    known.addAll(Set.of("spring-boot-starter-parent", "tickets", "spring-boot-maven-plugin"));
    assertThat(known).containsAll(artifacts(theirs));
    for (String artifact : List.of("spring-boot-starter-parent", "statefun-parent")) {
      String version = version(parent, artifact);
      assertThat(theirs).contains("<version>" + version + "</version>");
    }
  }

  private static Set<String> artifacts(String pom) {
    return ARTIFACT
        .matcher(pom)
        .results()
        .map(result -> result.group(1))
        .collect(Collectors.toSet());
  }

  private static String version(String pom, String artifact) {
    return Pattern.compile("<artifactId>" + artifact + "</artifactId>\\s*<version>([^<]+)<")
        .matcher(pom)
        .results()
        .map((MatchResult result) -> result.group(1))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void theTestsOfItsFunctionSucceed() throws Exception {
    Path main = compile("src/main/java", "target/classes", List.of());
    Path test = compile("src/test/java", "target/test-classes", List.of(main));

    TestExecutionSummary summary =
        run(List.of(main, test), "com.example.tickets.ConcertFunctionTest");

    assertThat(summary.getFailures()).isEmpty();
    assertThat(summary.getTestsSucceededCount()).isEqualTo(3);
  }

  @Test
  void itsApplicationAnswersAsItSaysAlsoAcrossAKill() throws Exception {
    assumeThat(isThere("curl")).as("curl is installed").isTrue();
    Path classes = compile("src/main/java", "target/classes", List.of());
    Files.copy(
        project.resolve("src/main/resources/application.yml"), classes.resolve("application.yml"));

    TicketsProcess tickets = new TicketsProcess(project, classPath(List.of(classes)));
    int commands = 0;
    try {
      tickets.start();
      for (Step step : steps) {
        if (step.isKill()) {
          tickets.kill();
          tickets.start();
        } else if (step.isCommand()) {
          String answer = Shell.run(step.text().replace("localhost:8080", tickets.address()));
          assertThat(answer).as(step.text()).isNotBlank();
          if (step.answer() != null) {
            assertThat(answer.strip()).as(step.text()).isEqualTo(step.answer().strip());
          }
          commands++;
        }
      }
    } finally {
      tickets.kill();
    }
    assertThat(commands).isGreaterThan(4);
  }

  private static boolean isThere(String program) {
    return Arrays.stream(System.getenv("PATH").split(File.pathSeparator))
        .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
  }

  private Path compile(String from, String to, List<Path> needed) throws IOException {
    Path target = Files.createDirectories(project.resolve(to));
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null);
        Stream<Path> sources = Files.walk(project.resolve(from))) {
      boolean compiled =
          compiler
              .getTask(
                  null,
                  files,
                  null,
                  List.of(
                      "-parameters",
                      "-proc:none",
                      "-d",
                      target.toString(),
                      "-cp",
                      classPath(needed)),
                  null,
                  files.getJavaFileObjectsFromPaths(
                      sources.filter(path -> path.toString().endsWith(".java")).toList()))
              .call();
      assertThat(compiled).as("The files of the tutorial can be compiled").isTrue();
    }
    return target;
  }

  /** The libraries of this module, without what is its own. */
  private static String classPath(List<Path> more) {
    Path own = Path.of("target").toAbsolutePath();
    List<String> all = new ArrayList<>(more.stream().map(Path::toString).toList());
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
      if (!own.equals(Path.of(entry).toAbsolutePath().getParent())) {
        all.add(entry);
      }
    }
    return String.join(File.pathSeparator, all);
  }

  private static TestExecutionSummary run(List<Path> classes, String test) throws Exception {
    List<URL> urls = new ArrayList<>();
    for (Path folder : classes) {
      urls.add(folder.toUri().toURL());
    }
    Thread thread = Thread.currentThread();
    ClassLoader before = thread.getContextClassLoader();
    try (URLClassLoader loader = new URLClassLoader(urls.toArray(URL[]::new), before)) {
      thread.setContextClassLoader(loader);
      SummaryGeneratingListener listener = new SummaryGeneratingListener();
      LauncherFactory.create()
          .execute(
              LauncherDiscoveryRequestBuilder.request()
                  .selectors(selectClass(loader.loadClass(test)))
                  .build(),
              listener);
      return listener.getSummary();
    } finally {
      thread.setContextClassLoader(before);
    }
  }
}
