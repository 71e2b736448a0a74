/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure;

import io.statefun.function.StatefulFunction;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.annotation.AnnotatedBeanDefinition;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.beans.factory.support.BeanDefinitionRegistry;
import org.springframework.beans.factory.support.BeanNameGenerator;
import org.springframework.boot.autoconfigure.AutoConfigurationPackages;
import org.springframework.context.annotation.AnnotationBeanNameGenerator;
import org.springframework.context.annotation.AnnotationConfigUtils;
import org.springframework.context.annotation.ClassPathScanningCandidateComponentProvider;
import org.springframework.context.annotation.ImportBeanDefinitionRegistrar;
import org.springframework.core.env.Environment;
import org.springframework.core.io.ResourceLoader;
import org.springframework.core.type.AnnotationMetadata;
import org.springframework.core.type.filter.AnnotationTypeFilter;
import org.springframework.util.ClassUtils;

/**
 * Registers the functions in the application's packages as beans, unless they are beans already.
 */
final class StatefulFunctionRegistrar implements ImportBeanDefinitionRegistrar {

  private final ConfigurableListableBeanFactory beanFactory;
  private final Environment environment;
  private final ResourceLoader resourceLoader;

  StatefulFunctionRegistrar(
      BeanFactory beanFactory, Environment environment, ResourceLoader resourceLoader) {
    this.beanFactory = (ConfigurableListableBeanFactory) beanFactory;
    this.environment = environment;
    this.resourceLoader = resourceLoader;
  }

  @Override
  public void registerBeanDefinitions(
      AnnotationMetadata importing, BeanDefinitionRegistry registry, BeanNameGenerator ignored) {
    if (!AutoConfigurationPackages.has(beanFactory)) {
      return;
    }
    Scanner scanner = new Scanner(environment, resourceLoader);
    for (String basePackage : AutoConfigurationPackages.get(beanFactory)) {
      for (BeanDefinition candidate : scanner.findCandidateComponents(basePackage)) {
        register((AnnotatedBeanDefinition) candidate, registry);
      }
    }
  }

  private void register(AnnotatedBeanDefinition function, BeanDefinitionRegistry registry) {
    AnnotationMetadata metadata = function.getMetadata();
    if (metadata.isInterface() || metadata.isAbstract()) {
      throw new StateFunConfigurationException(
          metadata.getClassName()
              + " is annotated with @StatefulFunction, but is an interface or an abstract class.",
          "Put @StatefulFunction on a concrete class.");
    }
    Class<?> type =
        ClassUtils.resolveClassName(metadata.getClassName(), resourceLoader.getClassLoader());
    if (beanFactory.getBeanNamesForType(type, true, false).length > 0) {
      return;
    }
    AnnotationConfigUtils.processCommonDefinitionAnnotations(function);
    String name = AnnotationBeanNameGenerator.INSTANCE.generateBeanName(function, registry);
    registry.registerBeanDefinition(
        registry.containsBeanDefinition(name) ? metadata.getClassName() : name, function);
  }

  private static final class Scanner extends ClassPathScanningCandidateComponentProvider {

    Scanner(Environment environment, ResourceLoader resourceLoader) {
      super(false, environment);
      setResourceLoader(resourceLoader);
      addIncludeFilter(new AnnotationTypeFilter(StatefulFunction.class, false));
    }

    @Override
    protected boolean isCandidateComponent(AnnotatedBeanDefinition definition) {
      return definition.getMetadata().isIndependent() && !definition.getMetadata().isAnnotation();
    }
  }
}
