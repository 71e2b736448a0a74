/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun;

import static com.tngtech.archunit.lang.conditions.ArchConditions.onlyDependOnClassesThat;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import io.statefun.binding.AnnotatedFunction;
import io.statefun.engine.StateFunEngine;
import io.statefun.io.Egress;
import io.statefun.io.Ingress;
import io.statefun.snapshot.SnapshotStore;
import io.statefun.state.StateBackend;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The arrows between packages point one way. Who adds a package says here what it may know. */
class ArchitectureTest {

  /** What each package may know of the others. */
  private static final Map<String, Set<String>> ARROWS =
      Map.ofEntries(
          entry("wire", Set.of()),
          entry("message", Set.of("wire")),
          entry("function", Set.of("message")),
          entry("query", Set.of("message")),
          entry("io", Set.of("message", "function")),
          entry("state", Set.of("wire")),
          entry("snapshot", Set.of("wire", "state")),
          entry("savepoint", Set.of("wire", "snapshot")),
          entry("trace", Set.of("message")),
          entry("bootstrap", Set.of("wire", "state", "snapshot")),
          entry("cluster", Set.of("wire", "message", "io", "snapshot")),
          entry(
              "engine",
              Set.of(
                  "wire",
                  "message",
                  "function",
                  "io",
                  "state",
                  "snapshot",
                  "savepoint",
                  "bootstrap",
                  "cluster",
                  "trace",
                  "binding",
                  "query")),
          entry("binding", Set.of("message", "function", "engine")),
          entry("remote", Set.of("message", "function", "engine", "trace", "remote.protocol")),
          entry("remote.protocol", Set.of()),
          entry(
              "remote.endpoint",
              Set.of(
                  "wire", "message", "function", "engine", "trace", "remote", "remote.protocol")));

  /** What the engine reaches the outside through. */
  private static final List<Class<?>> PORTS =
      List.of(SnapshotStore.class, StateBackend.class, Ingress.class, Egress.class);

  private static final JavaClasses CORE =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("io.statefun");

  static Set<String> packages() {
    return ARROWS.keySet();
  }

  @Test
  void everyPackageHasItsPlace() {
    Set<String> found =
        CORE.stream()
            .map(type -> type.getPackageName().replace("io.statefun.", ""))
            .collect(Collectors.toCollection(TreeSet::new));
    assertThat(found).isEqualTo(new TreeSet<>(ARROWS.keySet()));
  }

  @ParameterizedTest
  @MethodSource("packages")
  void aPackageKnowsOnlyThoseThatItMay(String name) {
    List<String> known =
        Stream.concat(ARROWS.get(name).stream(), Stream.of(name))
            .map(other -> "io.statefun." + other)
            .toList();
    classes()
        .that()
        .resideInAPackage("io.statefun." + name)
        .should(
            onlyDependOnClassesThat(
                JavaClass.Predicates.resideOutsideOfPackage("io.statefun..")
                    .or(JavaClass.Predicates.resideInAnyPackage(known.toArray(String[]::new)))))
        .check(CORE);
  }

  @Test
  void noPackagesKnowEachOther() {
    // The builder puts an engine together, also from annotated objects; nothing else of the engine
    // knows how those are read.
    slices()
        .matching("io.statefun.(*)..")
        .should()
        .beFreeOfCycles()
        .ignoreDependency(StateFunEngine.Builder.class, AnnotatedFunction.class)
        .check(CORE);
  }

  @Test
  void snapshotsKnowOnlyThePortOfState() {
    noClasses()
        .that()
        .resideInAPackage("io.statefun.snapshot")
        .should()
        .dependOnClassesThat(
            JavaClass.Predicates.resideInAPackage("io.statefun.state")
                .and(
                    DescribedPredicate.not(JavaClass.Predicates.belongToAnyOf(StateBackend.class))))
        .check(CORE);
  }

  @Test
  void theEngineKnowsPortsAndNoAdapters() {
    noClasses()
        .that()
        .resideInAPackage("io.statefun.engine")
        .and(DescribedPredicate.not(isAdapter()))
        .should()
        .dependOnClassesThat(
            isAdapter().and(JavaClass.Predicates.resideOutsideOfPackage("io.statefun.engine")))
        .check(CORE);
  }

  private static DescribedPredicate<JavaClass> isAdapter() {
    return DescribedPredicate.describe(
        "adapters", type -> !type.isInterface() && PORTS.stream().anyMatch(type::isAssignableTo));
  }

  @Test
  void theAdaptersOfStateAndSnapshotsAreFound() {
    assertThat(CORE.stream().filter(isAdapter()).map(JavaClass::getSimpleName))
        .contains("RocksDbBackend", "HeapBackend", "FileSnapshotStore", "InMemorySnapshotStore");
  }

  @Test
  void theEngineKnowsNothingOfOtherRuntimes() {
    noClasses()
        .that()
        .resideInAnyPackage("io.statefun.engine", "io.statefun.binding", "io.statefun.function")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("io.statefun.remote..")
        .check(CORE);
  }

  @Test
  void rocksDbStaysBehindItsPort() {
    noClasses()
        .that()
        .resideOutsideOfPackage("io.statefun.state")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("org.rocksdb..")
        .check(CORE);
  }

  @Test
  void thereIsNoSpring() {
    noClasses()
        .should()
        .dependOnClassesThat()
        .resideInAPackage("org.springframework..")
        .check(CORE);
  }
}
