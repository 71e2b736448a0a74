/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.test;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.test.autoconfigure.OverrideAutoConfiguration;
import org.springframework.boot.test.context.filter.annotation.TypeExcludeFilters;
import org.springframework.context.annotation.ComponentScan;
import org.springframework.core.annotation.AliasFor;
import org.springframework.test.context.BootstrapWith;
import org.springframework.test.context.junit.jupiter.SpringExtension;

/**
 * A test of an application's functions as Spring makes them: with their collaborators, proxies and
 * JSON settings, and without the rest of the application.
 *
 * <pre>{@code
 * @StateFunTest
 * class CartFunctionSliceTest {
 *
 *   @Autowired FunctionHarness harness;
 *   @MockitoBean PriceList prices;
 *   ...
 * }
 * }</pre>
 *
 * <p>Only these beans are there: the classes with {@link
 * io.statefun.function.StatefulFunction @StatefulFunction}, StateFun's auto-configuration, and
 * Jackson. What functions need besides, the test gives with {@code @Import} or
 * {@code @MockitoBean}.
 *
 * <p>A {@link FunctionHarness} around the functions, new for each test method, is there to be
 * injected; in it time is simulated and every egress is known. The {@code StateFunTemplate} is
 * there too, for tests of beans that use it. Its engine runs in true time, keeps its state in
 * memory, not in files, and knows the egresses that the test imports.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Documented
@Inherited
@BootstrapWith(StateFunTestContextBootstrapper.class)
@ExtendWith(SpringExtension.class)
@OverrideAutoConfiguration(enabled = false)
@TypeExcludeFilters(StateFunTestTypeExcludeFilter.class)
@ImportAutoConfiguration
public @interface StateFunTest {

  /** Properties in the form {@code key=value} to add to the environment. */
  String[] properties() default {};

  /** Whether beans are left out that are not needed to test functions. */
  boolean useDefaultFilters() default true;

  /** Filters for beans to be there besides. */
  ComponentScan.Filter[] includeFilters() default {};

  /** Filters for beans to be left out. */
  ComponentScan.Filter[] excludeFilters() default {};

  /** Auto-configurations to be left out. */
  @AliasFor(annotation = ImportAutoConfiguration.class, attribute = "exclude")
  Class<?>[] excludeAutoConfiguration() default {};
}
