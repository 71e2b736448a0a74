/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.services;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;

/** A folder with programs for Node.js, and the packages that they need. */
public final class NodePackage {

  private static final int INSTALL_SECONDS = 120;
  private static final int RUN_SECONDS = 60;
  private static final int OLDEST_VERSION = 18;

  private final Path folder;
  private @Nullable String problem;

  private NodePackage(Path folder) {
    this.folder = folder;
  }

  /** Installs what the folder's package needs, if that is not there and can be had. */
  public static NodePackage install(Path folder) throws IOException {
    NodePackage result = new NodePackage(folder);
    Result version = result.tryToRun(RUN_SECONDS, "node", "--version");
    if (version.status != 0 || majorOf(version.output) < OLDEST_VERSION) {
      result.problem = "There is no Node.js " + OLDEST_VERSION + " or newer";
    } else if (!result.isUpToDate()) {
      Result install = result.tryToRun(INSTALL_SECONDS, "npm", "ci", "--no-audit", "--no-fund");
      if (install.status != 0) {
        result.problem =
            "npm cannot install the packages of " + folder + ": " + install.output.strip();
      }
    }
    return result;
  }

  /** Whether all is there. */
  public boolean isInstalled() {
    return problem == null;
  }

  /** Skips the test if not all is there, and says why. */
  public void assumeInstalled() {
    Assumptions.assumeTrue(isInstalled(), problem);
  }

  private boolean isUpToDate() throws IOException {
    Path installed = folder.resolve("node_modules/.package-lock.json");
    return Files.exists(installed)
        && Files.getLastModifiedTime(installed)
                .compareTo(Files.getLastModifiedTime(folder.resolve("package-lock.json")))
            >= 0;
  }

  private static int majorOf(String version) {
    String[] parts = version.strip().split("\\.", -1);
    return parts[0].matches("v\\d+") ? Integer.parseInt(parts[0].substring(1)) : 0;
  }

  /** How a command ended. */
  public record Result(int status, String output) {}

  /** Runs the tests of the package, and waits until they have ended. */
  public Result test() throws IOException {
    return run(RUN_SECONDS, "node", "--test");
  }

  private Result tryToRun(int seconds, String... command) {
    try {
      return run(seconds, command);
    } catch (IOException e) {
      return new Result(-1, "" + e.getMessage());
    }
  }

  private Result run(int seconds, String... command) throws IOException {
    File output = Files.createTempFile("node", ".log").toFile();
    try {
      Process process =
          new ProcessBuilder(command)
              .directory(folder.toFile())
              .redirectErrorStream(true)
              .redirectOutput(output)
              .start();
      boolean ended;
      try {
        ended = process.waitFor(seconds, TimeUnit.SECONDS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        ended = false;
      }
      if (!ended) {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        LocalPorts.kill(process);
        return new Result(-1, List.of(command) + " has not ended in " + seconds + " seconds");
      }
      return new Result(process.exitValue(), Files.readString(output.toPath()));
    } finally {
      Files.delete(output.toPath());
    }
  }

  /** The folder of the package. */
  public Path folder() {
    return folder;
  }
}
