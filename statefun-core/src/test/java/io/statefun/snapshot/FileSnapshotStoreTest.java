/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.snapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIOException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.assertj.core.api.ThrowableAssertAlternative;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class FileSnapshotStoreTest {

  private static final String APPLICATION = "billing";

  @TempDir Path temporary;

  private Path folder() {
    return temporary.resolve("snapshots");
  }

  @Nested
  class WithLock extends SnapshotStoreContract {

    @Override
    protected int rounds() {
      return 40;
    }

    @Override
    protected SnapshotStore create() throws IOException {
      return FileSnapshotStore.open(folder(), APPLICATION);
    }

    @Override
    protected SnapshotStore another(SnapshotStore store) throws IOException {
      store.close();
      return FileSnapshotStore.open(folder(), APPLICATION);
    }
  }

  @Nested
  class WithoutLock extends SnapshotStoreContract {

    @Override
    protected int rounds() {
      return 40;
    }

    @Override
    protected SnapshotStore create() throws IOException {
      return FileSnapshotStore.openWithoutLock(folder(), APPLICATION);
    }

    @Override
    protected SnapshotStore another(SnapshotStore store) throws IOException {
      return FileSnapshotStore.openWithoutLock(folder(), APPLICATION);
    }
  }

  @Nested
  class OnSimulatedDisk extends SnapshotStoreContract {

    private final SimulatedDisk disk = new SimulatedDisk();

    @Override
    protected SnapshotStore create() throws IOException {
      return disk.openStore(Path.of("/snapshots"), APPLICATION, "1");
    }

    @Override
    protected SnapshotStore another(SnapshotStore store) throws IOException {
      store.close();
      return disk.openStore(Path.of("/snapshots"), APPLICATION, "2");
    }
  }

  @Nested
  class OnDiskWithoutLinks extends SnapshotStoreContract {

    private final SimulatedDisk disk = new SimulatedDisk().withoutLinks();

    @Override
    protected SnapshotStore create() throws IOException {
      return disk.openStore(Path.of("/snapshots"), APPLICATION, "1");
    }

    @Override
    protected SnapshotStore another(SnapshotStore store) throws IOException {
      store.close();
      return disk.openStore(Path.of("/snapshots"), APPLICATION, "2");
    }
  }

  @Nested
  class OnDiskWithoutLinksAndLock extends SnapshotStoreContract {

    private final SimulatedDisk disk = new SimulatedDisk().withoutLinks();

    @Override
    protected SnapshotStore create() throws IOException {
      return disk.openStoreWithoutLock(Path.of("/snapshots"), APPLICATION, "1");
    }

    @Override
    protected SnapshotStore another(SnapshotStore store) throws IOException {
      return disk.openStoreWithoutLock(Path.of("/snapshots"), APPLICATION, "2");
    }
  }

  @Test
  void missingFolder_isMadeWithAllAboveIt() throws Exception {
    Path folder = folder().resolve("deep").resolve("er");
    try (FileSnapshotStore store = FileSnapshotStore.open(folder, APPLICATION)) {
      assertThat(store.create("a", SnapshotStoreContract.content("x"))).isTrue();
    }

    assertThat(folder.resolve("statefun.properties"))
        .content()
        .isEqualTo("application=billing\nformat=1\n");
    assertThat(folder.resolve("objects").resolve("a")).hasContent("x");
    assertThat(folder.resolve("tmp")).isEmptyDirectory();
  }

  @Test
  void emptyFolderOfAFileSystem_isAccepted() throws Exception {
    Files.createDirectories(folder().resolve("lost+found"));

    FileSnapshotStore.open(folder(), APPLICATION).close();

    assertThat(folder().resolve("statefun.properties")).exists();
  }

  @Test
  void leftoverTemporaryFiles_areRemoved() throws Exception {
    FileSnapshotStore.open(folder(), APPLICATION).close();
    Path leftover = Files.writeString(folder().resolve("tmp").resolve("left-1"), "x");

    try (FileSnapshotStore store = FileSnapshotStore.open(folder(), APPLICATION)) {
      assertThat(store.list("")).isEmpty();
    }
    assertThat(leftover).doesNotExist();
  }

  @Test
  void folderOfAnotherApplication_isRefused() throws Exception {
    FileSnapshotStore.open(folder(), "shipping: ä=b").close();

    refused(() -> FileSnapshotStore.open(folder(), APPLICATION))
        .satisfies(
            e -> assertThat(e.description()).contains("'shipping: ä=b'").contains("'billing'"))
        .satisfies(e -> assertThat(e.action()).contains("a folder of its own"));
    FileSnapshotStore.open(folder(), "shipping: ä=b").close();
  }

  @Test
  void folderOfANewerFormat_isRefused() throws Exception {
    FileSnapshotStore.open(folder(), APPLICATION).close();
    Files.writeString(folder().resolve("statefun.properties"), "application=billing\nformat=2\n");

    refused(() -> FileSnapshotStore.open(folder(), APPLICATION))
        .satisfies(e -> assertThat(e.description()).contains("format 2"))
        .satisfies(e -> assertThat(e.action()).contains("newer release"));
  }

  @Test
  void damagedMarker_isRefused() throws Exception {
    FileSnapshotStore.open(folder(), APPLICATION).close();
    for (String text : new String[] {"", "application=billing", "format=x\napplication=\\u00"}) {
      Files.writeString(folder().resolve("statefun.properties"), text);

      refused(() -> FileSnapshotStore.open(folder(), APPLICATION))
          .satisfies(e -> assertThat(e.description()).contains("damaged"));
    }
  }

  @Test
  void folderWithSomethingElse_isRefusedAndNotTouched() throws Exception {
    Files.createDirectories(folder());
    Files.writeString(folder().resolve("thesis.txt"), "precious");

    refused(() -> FileSnapshotStore.open(folder(), APPLICATION))
        .satisfies(e -> assertThat(e.description()).contains("thesis.txt"))
        .satisfies(e -> assertThat(e.action()).contains("empty folder"));
    assertThat(folder()).isDirectoryNotContaining(path -> !path.endsWith("thesis.txt"));
  }

  @Test
  void fileInsteadOfAFolder_isRefused() throws Exception {
    Files.writeString(folder(), "x");

    refused(() -> FileSnapshotStore.open(folder(), APPLICATION))
        .satisfies(e -> assertThat(e.description()).contains("is a file"));
    refused(() -> FileSnapshotStore.open(folder().resolve("below"), APPLICATION))
        .satisfies(e -> assertThat(e.description()).contains("is a file"));
  }

  @Test
  void readOnlyFolder_isRefused() throws Exception {
    SimulatedDisk disk = new SimulatedDisk();
    Path folder = Path.of("/data/snapshots");
    disk.openStore(folder, APPLICATION, "1").close();
    disk.readOnly(true);

    refused(() -> disk.openStore(folder, APPLICATION, "2"))
        .satisfies(e -> assertThat(e.description()).contains("can't be written"))
        .satisfies(e -> assertThat(e.action()).contains("writable"));
    refused(() -> disk.openStore(Path.of("/other"), APPLICATION, "3"));
  }

  @Test
  void fullDisk_leavesNoTraceOfTheObject() throws Exception {
    SimulatedDisk disk = new SimulatedDisk();
    Path folder = Path.of("/snapshots");
    try (FileSnapshotStore store = disk.openStore(folder, APPLICATION, "1")) {
      store.create("before", SnapshotStoreContract.content(new byte[100]));
      disk.capacity(1_000);

      assertThatIOException()
          .isThrownBy(() -> store.create("a", SnapshotStoreContract.content(new byte[1_000])))
          .withMessageContaining("'a' of 1000 bytes")
          .withMessageContaining("No space left on device");

      assertThat(store.list("")).containsExactly("before");
      assertThat(disk.list(folder.resolve("tmp"))).isEmpty();
      assertThat(store.create("small", SnapshotStoreContract.content(new byte[500]))).isTrue();
    }
  }

  @Test
  void usualCreate_forcesOneFileAndOneDirectory() throws Exception {
    SimulatedDisk disk = new SimulatedDisk();
    try (FileSnapshotStore store = disk.openStore(Path.of("/snapshots"), APPLICATION, "1")) {
      store.create("epochs/1", SnapshotStoreContract.content("x"));
      int before = disk.forced();

      store.create("epochs/2", SnapshotStoreContract.content("x"));
      assertThat(disk.forced() - before).isEqualTo(2);

      store.create("epochs/2", SnapshotStoreContract.content("x"));
      store.size("epochs/2");
      store.list("");
      store.read("epochs/2", 0, 1);
      store.delete("epochs/2");
      assertThat(disk.forced() - before).isEqualTo(2);
    }
  }

  @Test
  void objectAndObjectsBelowItsName_existTogether() throws Exception {
    try (FileSnapshotStore store = FileSnapshotStore.open(folder(), APPLICATION)) {
      store.create("a", SnapshotStoreContract.content("x"));
      store.create("a/b", SnapshotStoreContract.content("yy"));
      store.delete("a");

      assertThat(store.list("")).containsExactly("a/b");
      assertThat(store.create("a", SnapshotStoreContract.content("zzz"))).isTrue();
      assertThat(store.size("a")).isEqualTo(3);
      assertThat(store.size("a/b")).isEqualTo(2);
    }
  }

  @Test
  void folderThatIsOpenInThisProcess_isRefused() throws Exception {
    try (FileSnapshotStore store = FileSnapshotStore.open(folder(), APPLICATION)) {
      String pid = "process " + ProcessHandle.current().pid();
      for (int i = 0; i < 2; i++) {
        refused(() -> FileSnapshotStore.open(folder(), APPLICATION))
            .satisfies(e -> assertThat(e.description()).contains("in use by " + pid));
      }
      store.create("a", SnapshotStoreContract.content("x"));
      // What was refused has not released the lock either.
      assertThat(openInAnotherProcess()).contains("in use by " + pid);
    }
    FileSnapshotStore.open(folder(), APPLICATION).close();
  }

  @Test
  void folderThatIsOpenInAnotherProcess_isRefusedUntilThatDies() throws Exception {
    Process other = start("hold");
    try {
      assertThat(other.inputReader().readLine()).isEqualTo("open");
      refused(() -> FileSnapshotStore.open(folder(), APPLICATION))
          .satisfies(
              e ->
                  assertThat(e.description())
                      .contains("in use by process " + other.pid() + " on ")
                      .contains("since "))
          .satisfies(e -> assertThat(e.action()).contains("Stop that process"));
    } finally {
      other.destroyForcibly().waitFor();
    }

    FileSnapshotStore.open(folder(), APPLICATION).close();
  }

  @Test
  void folderThatManyOpenAtOnceWithoutLock_isMadeForAllOfThem() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(8);
    try {
      for (int round = 0; round < 30; round++) {
        Path fresh = folder().resolve("round-" + round);
        List<Callable<Boolean>> openers =
            Collections.nCopies(
                8,
                () -> {
                  try (FileSnapshotStore one =
                      FileSnapshotStore.openWithoutLock(fresh, APPLICATION)) {
                    return one.size("nothing") < 0;
                  }
                });
        for (Future<Boolean> opened : threads.invokeAll(openers)) {
          assertThat(opened.get()).isTrue();
        }
      }
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void folderOpenedWithoutLock_doesNotMindOthers() throws Exception {
    try (FileSnapshotStore store = FileSnapshotStore.open(folder(), APPLICATION);
        FileSnapshotStore other = FileSnapshotStore.openWithoutLock(folder(), APPLICATION)) {
      assertThat(store.create("a", SnapshotStoreContract.content("1"))).isTrue();
      assertThat(other.create("a", SnapshotStoreContract.content("2"))).isFalse();
    }
  }

  private String openInAnotherProcess() throws Exception {
    Process other = start("try");
    try {
      return String.valueOf(other.inputReader().readLine());
    } finally {
      other.destroyForcibly();
      assertThat(other.waitFor(60, TimeUnit.SECONDS)).isTrue();
    }
  }

  private Process start(String mode) throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx64m",
            "-cp",
            System.getProperty("java.class.path", ""),
            Opener.class.getName(),
            mode,
            folder().toString())
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
  }

  private static ThrowableAssertAlternative<SnapshotStoreException> refused(ThrowingCallable open) {
    return assertThatExceptionOfType(SnapshotStoreException.class)
        .isThrownBy(open)
        .satisfies(e -> assertThat(e).hasMessage(e.description() + " " + e.action()));
  }

  /** Opens a folder in a process of its own. */
  static final class Opener {

    private Opener() {}

    public static void main(String[] arguments) throws IOException {
      try (FileSnapshotStore store = FileSnapshotStore.open(Path.of(arguments[1]), APPLICATION)) {
        System.out.println("open");
        if (arguments[0].equals("hold")) {
          System.in.read();
        }
        store.list("");
      } catch (SnapshotStoreException e) {
        System.out.println(e.description());
      }
    }
  }
}
