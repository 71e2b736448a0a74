/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.test;

import io.statefun.binding.AnnotatedFunction;
import io.statefun.engine.CronSchedule;
import io.statefun.engine.FailurePolicy;
import io.statefun.engine.FunctionInvoker;
import io.statefun.engine.StateFunEngine;
import io.statefun.function.StatefulFunction;
import io.statefun.message.MessageTypes;
import io.statefun.snapshot.InMemorySnapshotStore;
import io.statefun.snapshot.SnapshotStore;
import io.statefun.state.HeapBackend;
import org.springframework.aop.support.AopUtils;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Scope;

/** Keeps all state in memory, and puts a harness around the functions of the application. */
@AutoConfiguration(beforeName = "io.statefun.autoconfigure.StateFunAutoConfiguration")
class StateFunTestAutoConfiguration {

  @Bean
  @ConditionalOnMissingBean
  SnapshotStore statefunTestSnapshotStore() {
    return new InMemorySnapshotStore();
  }

  @Bean
  @ConditionalOnMissingBean
  StateFunEngine.BackendFactory statefunTestBackendFactory() {
    return application -> new HeapBackend();
  }

  /** Made anew for each test, as test classes are. */
  @Bean
  @Scope(BeanDefinition.SCOPE_PROTOTYPE)
  FunctionHarness statefunTestHarness(
      ListableBeanFactory beans,
      MessageTypes types,
      ObjectProvider<CronSchedule.Parser> cron,
      ObjectProvider<FunctionInvoker> invokers) {
    FunctionHarness.Builder harness = FunctionHarness.builder().messageTypes(types);
    cron.ifUnique(harness::cron);
    for (Object bean : beans.getBeansWithAnnotation(StatefulFunction.class).values()) {
      harness.functions(
          AnnotatedFunction.bind(
              AopUtils.getTargetClass(bean), bean, types, FailurePolicy.DEFAULT));
    }
    invokers.orderedStream().forEach(harness::functions);
    return harness.build();
  }
}
