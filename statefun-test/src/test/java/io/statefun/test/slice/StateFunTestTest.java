/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.test.slice;

import static io.statefun.test.StateFunAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import io.statefun.autoconfigure.StateFunTemplate;
import io.statefun.snapshot.InMemorySnapshotStore;
import io.statefun.snapshot.SnapshotStore;
import io.statefun.test.FunctionHarness;
import io.statefun.test.StateFunTest;
import io.statefun.test.slice.TillFunction.GetTotal;
import io.statefun.test.slice.TillFunction.Sold;
import io.statefun.test.slice.TillFunction.Total;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.context.annotation.Bean;

@StateFunTest(properties = "spring.application.name=slice")
class StateFunTestTest {

  @TestConfiguration(proxyBeanMethods = false)
  static class Prices {

    @Bean
    PriceList testPrices() {
      return new PriceList(0);
    }
  }

  @Autowired private FunctionHarness harness;
  @Autowired private StateFunTemplate template;
  @Autowired private SnapshotStore store;

  @RepeatedTest(2) // the second would fail with the first one's harness
  void functionsAreBeansInANewHarness() {
    harness.send("shop/till", "1", new Sold("book"));

    assertThat(harness).state("shop/till", "1", "total").isEqualTo(4L);
    harness.advance(Duration.ofHours(8));
    assertThat(harness).egress("shop/books").containsExactly(new Total(4));
  }

  @Test
  void theTemplateReachesTheSameFunctions() throws Exception {
    template.send("shop/till", "2", new Sold("pen"));

    assertThat(
            template
                .request("shop/till", "2", new GetTotal(), Total.class)
                .get(30, TimeUnit.SECONDS))
        .isEqualTo(new Total(3));
  }

  @Test
  void stateIsKeptInMemory() {
    assertThat(store).isInstanceOf(InMemorySnapshotStore.class);
    assertThat(Path.of("data", "slice")).doesNotExist();
  }
}
