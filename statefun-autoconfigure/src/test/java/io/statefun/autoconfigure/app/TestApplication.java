/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.app;

import io.statefun.autoconfigure.EgressListener;
import io.statefun.io.Egress;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.springframework.boot.autoconfigure.AutoConfigurationPackage;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Configurations of the test application. */
public final class TestApplication {

  private TestApplication() {}

  /** Makes this package the application's. */
  @Configuration(proxyBeanMethods = false)
  @AutoConfigurationPackage
  public static class Functions {

    @Bean
    Step step() {
      return new Step(1);
    }
  }

  /** Receives what counters give out. */
  @Configuration(proxyBeanMethods = false)
  public static class Receiver {

    @Bean
    Received received() {
      return new Received();
    }
  }

  /** Declares by hand what would be found. */
  @Configuration(proxyBeanMethods = false)
  public static class OwnCounter {

    @Bean
    Counter own(Step step) {
      return new Counter(step);
    }
  }

  /** What has come out. */
  public static class Received {

    public final List<Messages.Sum> sums = new CopyOnWriteArrayList<>();
    public final List<Egress.Delivery> deliveries = new CopyOnWriteArrayList<>();
    public final List<Messages.Named> named = new CopyOnWriteArrayList<>();

    @EgressListener("test/out")
    void on(Messages.Sum sum) {
      sums.add(sum);
    }

    @EgressListener("test/out")
    void on(Egress.Delivery delivery, Messages.Named value) {
      named.add(value);
      deliveries.add(delivery);
    }
  }
}
