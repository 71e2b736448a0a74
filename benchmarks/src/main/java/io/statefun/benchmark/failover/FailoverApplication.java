/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.benchmark.failover;

import com.google.protobuf.ByteString;
import io.statefun.engine.EngineStatus;
import io.statefun.engine.StateFunEngine;
import io.statefun.function.Context;
import io.statefun.function.EgressRecord;
import io.statefun.function.MessageHandler;
import io.statefun.function.State;
import io.statefun.function.StatefulFunction;
import io.statefun.function.ValueState;
import io.statefun.message.TypeName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.SplittableRandom;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.annotation.Bean;

/** Instances with much state each, and a file that tells how the engine does. */
@SpringBootConfiguration
@EnableAutoConfiguration
public class FailoverApplication {

  public static final String FUNCTION = "failover/holder";
  public static final String EGRESS = "failover/results";
  public static final int STATE_BYTES = 10_000;

  /** Runs it until the process is told to end. */
  public static void main(String[] arguments) {
    new SpringApplicationBuilder(FailoverApplication.class)
        .web(WebApplicationType.NONE)
        .run(arguments);
  }

  @Bean(destroyMethod = "shutdownNow")
  ScheduledExecutorService statusWriter(
      StateFunEngine engine, @Value("${benchmark.status}") Path file) {
    ScheduledExecutorService writer = Executors.newSingleThreadScheduledExecutor();
    writer.scheduleWithFixedDelay(() -> write(engine, file), 0, 200, TimeUnit.MILLISECONDS);
    return writer;
  }

  @Bean
  CommitJournal commitJournal(@Value("${benchmark.status}") Path file) throws IOException {
    return new CommitJournal(file.resolveSibling("commits"));
  }

  private static void write(StateFunEngine engine, Path file) {
    EngineStatus status = engine.status();
    EngineStatus.Standby standby = status.standby();
    String text =
        "%d %d %d %d"
            .formatted(status.partitions(), standby.copies(), standby.begun(), standby.behind());
    try {
      Path fresh = file.resolveSibling(file.getFileName() + ".new");
      Files.writeString(fresh, text);
      Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      // The next one may succeed.
    }
  }

  /** Holds bytes that do not compress, changes some of them, and tells where it was reached. */
  @StatefulFunction(FUNCTION)
  static final class Holder {

    private static final TypeName RESULTS = TypeName.parse(EGRESS);

    private final String node;

    Holder(@Value("${benchmark.node}") String node) {
      this.node = node;
    }

    @MessageHandler
    void on(
        Long event,
        @State("payload") ValueState<ByteString> payload,
        @State("count") ValueState<Long> count,
        Context context) {
      byte[] bytes = payload.getOrDefault(ByteString.EMPTY).toByteArray();
      if (bytes.length == 0) {
        bytes = new byte[STATE_BYTES];
        new SplittableRandom(event).nextBytes(bytes);
      }
      bytes[(int) (event % bytes.length)]++;
      payload.set(ByteString.copyFrom(bytes));
      long newCount = count.getOrDefault(0L) + 1;
      count.set(newCount);
      context.egress(
          EgressRecord.of(RESULTS, event + " " + node + " " + newCount)
              .withKey(context.self().id()));
    }
  }
}
