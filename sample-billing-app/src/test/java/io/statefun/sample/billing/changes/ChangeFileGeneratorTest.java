/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.sample.billing.changes;

import static org.assertj.core.api.Assertions.assertThat;

import io.statefun.sample.billing.user.UserChange;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChangeFileGeneratorTest {

  @TempDir private Path directory;

  @Test
  void givenTheSameSeedThenTheLinesAreTheSame() {
    List<String> lines = new ChangeFileGenerator(200, 5).lines();

    assertThat(new ChangeFileGenerator(200, 5).lines()).isEqualTo(lines);
    assertThat(new ChangeFileGenerator(200, 6).lines()).isNotEqualTo(lines);
  }

  @Test
  void givenTheBundledFileThenItIsTheGeneratedOne() throws IOException {
    Path file = InputFile.prepare(directory, InputFile.BUNDLED_USERS);

    assertThat(Files.readAllLines(file))
        .isEqualTo(
            new ChangeFileGenerator(InputFile.BUNDLED_USERS, ChangeFileGenerator.BUNDLED_SEED)
                .lines());
  }

  @Test
  void givenTheBundledFileThenItHasEveryKindOfEventForTenThousandUsers() throws IOException {
    List<String> lines = Files.readAllLines(InputFile.prepare(directory, InputFile.BUNDLED_USERS));
    ChangeParser parser = new ChangeParser();
    Set<String> users = new HashSet<>();
    lines.forEach(line -> users.add(parser.parse(line).userId()));

    assertThat(users).hasSize(10_000);
    for (String op : List.of("c", "u", "d", "r")) {
      assertThat(lines).anyMatch(line -> line.contains("\"op\":\"" + op + "\""));
    }
    assertThat(lines).anyMatch(line -> line.contains("\"value\":null}"));
    assertThat(lines).anyMatch(line -> line.contains("\"__lsn\""));
    assertThat(Set.copyOf(lines)).as("some are delivered twice").hasSizeLessThan(lines.size());
  }

  @Test
  void givenFewerUsersThenOnlyTheirEventsAreLaidOut() throws IOException {
    ChangeParser parser = new ChangeParser();
    List<UserChange> changes =
        Files.readAllLines(InputFile.prepare(directory, 50)).stream().map(parser::parse).toList();

    assertThat(changes).extracting(UserChange::userId).contains("1", "50").doesNotContain("51");
  }

  @Test
  void givenAFileThatIsThereThenItIsKept() throws IOException {
    Path file = InputFile.prepare(directory, 50);
    Files.writeString(file, "kept");

    assertThat(InputFile.prepare(directory, 50)).isEqualTo(file).hasContent("kept");
  }

  @Test
  void givenMoreUsersThanAreBundledThenTheyAreGenerated() throws IOException {
    Path file = InputFile.prepare(directory, InputFile.BUNDLED_USERS + 1);

    assertThat(Files.readString(file)).contains("{\"key\":{\"id\":10001}");
  }
}
