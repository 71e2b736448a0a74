/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.statefun.snapshot.SimulatedDisk;
import java.io.IOException;
import java.io.InputStream;
import net.bytebuddy.ByteBuddy;
import net.bytebuddy.asm.Advice;
import net.bytebuddy.dynamic.ClassFileLocator;
import net.bytebuddy.matcher.ElementMatchers;
import net.bytebuddy.pool.TypePool;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The simulation finds what breaks the promises: the engine is broken on purpose, and it does. */
class SabotageTest {

  private static final long SEEDS = 1_000;

  @Test
  void findsThatFilesAreNotForced() {
    assertThat(
            Sabotage.firstViolation(SEEDS, brokenDisk(SimulatedDisk.Defect.FILES_ARE_NOT_FORCED)))
        .isPositive();
  }

  @Test
  void findsThatDirectoriesAreNotForced() {
    assertThat(
            Sabotage.firstViolation(
                SEEDS, brokenDisk(SimulatedDisk.Defect.DIRECTORIES_ARE_NOT_FORCED)))
        .isPositive();
  }

  @Test
  void findsThatAnEpochCountsBeforeItsObjectIsDurable() {
    Simulation.Options hasty = Simulation.Options.NONE.over(Sabotage.HastyStore::new);
    assertThat(Sabotage.firstViolation(SEEDS, hasty)).isPositive();
  }

  @Test
  void findsThatChannelStateIsDropped() throws Exception {
    assertThat(firstViolation("OpenCut", "addChannelState", Sabotage.Skip.class)).isPositive();
  }

  @Test
  void findsThatAnUncommittedEpochReachesTheBackend() throws Exception {
    assertThat(firstViolation("Partition", "cut", Sabotage.ApplyUncommitted.class)).isPositive();
  }

  @Test
  void findsThatACancellationLosesAnotherTimer() throws Exception {
    assertThat(firstViolation("WorkerInvocation", "cancel", Sabotage.LoseTimer.class)).isPositive();
  }

  @Test
  void findsThatRecordsAreForgottenThatNobodyHas() throws Exception {
    assertThat(firstViolation("EgressProgress", "covers", Sabotage.ForgetRecord.class))
        .isPositive();
  }

  @Test
  void findsThatRecordsInMemoryAreNotPutAside() throws Exception {
    assertThat(firstViolation("Backlog", "has", Sabotage.ForgetRecord.class)).isPositive();
  }

  @Test
  void findsThatACopyOfAPartitionElsewhereMissesEpochs() throws Exception {
    assertThat(
            firstViolation(
                "Standby", "chain", Sabotage.SkipEpochs.class, "firstViolationOfCluster"))
        .isPositive();
  }

  @Test
  void findsThatAnAwakeableIsNotClosed() throws Exception {
    assertThat(firstViolation("StoredAwakeable", "close", Sabotage.Skip.class)).isPositive();
  }

  @Test
  void findsThatADeadLetterIsNotKept() throws Exception {
    assertThat(firstViolation("Partition", "keepDeadLetter", Sabotage.Skip.class)).isPositive();
  }

  @ParameterizedTest
  @EnumSource(
      value = SimulatedLog.Defect.class,
      mode = EnumSource.Mode.EXCLUDE,
      names = {"HIDDEN_MESSAGES", "EARLY_MARKERS", "UNSTABLE_OFFSETS", "SHARED_SOURCES"})
  void findsThatTheLogBreaksItsPromises(SimulatedLog.Defect defect) {
    assertThat(Sabotage.firstViolation(SEEDS, Simulation.Options.NONE.withLog(defect)))
        .isPositive();
  }

  private static Simulation.Options brokenDisk(SimulatedDisk.Defect defect) {
    return Simulation.Options.NONE.on(defect);
  }

  private static long firstViolation(String type, String method, Class<?> advice)
      throws ReflectiveOperationException {
    return firstViolation(type, method, advice, "firstViolation");
  }

  private static long firstViolation(String type, String method, Class<?> advice, String simulation)
      throws ReflectiveOperationException {
    ClassLoader loader = new Sabotaged("io.statefun.engine." + type, method, advice);
    return (long)
        loader
            .loadClass(Sabotage.class.getName())
            .getMethod(simulation, long.class)
            .invoke(null, SEEDS);
  }

  /** Loads the project's classes anew, one of them with advice around one method. */
  private static final class Sabotaged extends ClassLoader {

    private final String type;
    private final String method;
    private final Class<?> advice;

    Sabotaged(String type, String method, Class<?> advice) {
      super(SabotageTest.class.getClassLoader());
      this.type = type;
      this.method = method;
      this.advice = advice;
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
      if (!name.startsWith("io.statefun.")) {
        return super.loadClass(name, resolve);
      }
      Class<?> loaded = findLoadedClass(name);
      if (loaded != null) {
        return loaded;
      }
      byte[] bytes = name.equals(type) ? sabotage() : read(name);
      return defineClass(name, bytes, 0, bytes.length);
    }

    private byte[] sabotage() {
      ClassFileLocator locator = ClassFileLocator.ForClassLoader.of(getParent());
      return new ByteBuddy()
          .redefine(TypePool.Default.of(locator).describe(type).resolve(), locator)
          .visit(Advice.to(advice, locator).on(ElementMatchers.named(method)))
          .make()
          .getBytes();
    }

    private byte[] read(String name) throws ClassNotFoundException {
      try (InputStream in = getParent().getResourceAsStream(name.replace('.', '/') + ".class")) {
        if (in == null) {
          throw new ClassNotFoundException(name);
        }
        return in.readAllBytes();
      } catch (IOException e) {
        throw new ClassNotFoundException(name, e);
      }
    }
  }
}
