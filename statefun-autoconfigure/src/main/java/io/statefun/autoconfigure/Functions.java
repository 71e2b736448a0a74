/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure;

import io.statefun.binding.AnnotatedFunction;
import io.statefun.engine.FailurePolicy;
import io.statefun.engine.FunctionInvoker;
import io.statefun.engine.RemoteFunction;
import io.statefun.engine.RemoteFunctions;
import io.statefun.function.StatefulFunction;
import io.statefun.message.MessageTypes;
import io.statefun.message.TypeName;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.aop.framework.AopProxyUtils;
import org.springframework.aop.scope.ScopedProxyUtils;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.util.ClassUtils;

/** The functions among the beans, by type name. */
final class Functions {

  private static final Logger log = LoggerFactory.getLogger(Functions.class);

  private final Map<TypeName, Function> byType = new LinkedHashMap<>();

  /** By all names that functions have or had. */
  private final Map<TypeName, Function> byName = new HashMap<>();

  /**
   * Finds and binds the functions.
   *
   * @throws io.statefun.binding.InvalidFunctionException if a class cannot be a function
   * @throws StateFunConfigurationException if there are two functions of a type
   */
  Functions(ListableBeanFactory beans, MessageTypes types, FailurePolicy defaultPolicy) {
    for (String name : beans.getBeanNamesForAnnotation(StatefulFunction.class)) {
      if (!ScopedProxyUtils.isScopedTarget(name)) {
        Object bean = beans.getBean(name);
        Class<?> userClass = ClassUtils.getUserClass(AopProxyUtils.ultimateTargetClass(bean));
        add(
            new Function(
                name, userClass, AnnotatedFunction.bind(userClass, bean, types, defaultPolicy)));
      }
    }
    for (String name : beans.getBeanNamesForType(FunctionInvoker.class)) {
      FunctionInvoker invoker = beans.getBean(name, FunctionInvoker.class);
      add(new Function(name, invoker.getClass(), invoker));
    }
  }

  private void add(Function function) {
    Function other = byType.putIfAbsent(function.type(), function);
    if (other != null) {
      throw twoOfOneType(function, other);
    }
    addName(function.type(), function);
    function.invoker().aliases().forEach(alias -> addName(alias, function));
    log.debug("Function {} is the bean '{}'", function.type(), function.beanName());
  }

  /**
   * Makes sure that no function is both here and elsewhere.
   *
   * @throws StateFunConfigurationException if one is
   */
  void checkAgainst(RemoteFunctions elsewhere) {
    for (RemoteFunction remote : elsewhere.named()) {
      Function here = byName.get(remote.type());
      if (here != null) {
        throw new StateFunConfigurationException(
            "The function type '%s' is the bean '%s' of %s, and is behind an endpoint, too."
                .formatted(remote.type(), here.beanName(), here.userClass().getName()),
            "Remove the bean from this application, or the endpoint from statefun.remote.endpoints.");
      }
    }
  }

  private static StateFunConfigurationException twoOfOneType(Function function, Function other) {
    return new StateFunConfigurationException(
        "The function type '%s' has two functions: the bean '%s' of %s and the bean '%s' of %s."
            .formatted(
                function.type(),
                other.beanName(),
                other.userClass().getName(),
                function.beanName(),
                function.userClass().getName()),
        "Give one of them another type name, or remove one of the beans.");
  }

  private void addName(TypeName name, Function function) {
    Function other = byName.putIfAbsent(name, function);
    if (other != null) {
      throw new StateFunConfigurationException(
          "The name '%s' stands for two functions, for one of them as an alias: for '%s', the bean '%s' of %s, and for '%s', the bean '%s' of %s."
              .formatted(
                  name,
                  other.type(),
                  other.beanName(),
                  other.userClass().getName(),
                  function.type(),
                  function.beanName(),
                  function.userClass().getName()),
          "An alias is a name that a function had before, under which its instances are stored."
              + " Give a new function a name that no other ever had.");
    }
  }

  Collection<Function> all() {
    return byType.values();
  }

  List<FunctionInvoker> invokers() {
    List<FunctionInvoker> invokers = new ArrayList<>();
    byType.values().forEach(function -> invokers.add(function.invoker()));
    return invokers;
  }

  /**
   * A function of the application.
   *
   * @param beanName the name of its bean
   * @param userClass the class as its author wrote it
   * @param invoker what the engine calls
   */
  record Function(String beanName, Class<?> userClass, FunctionInvoker invoker) {

    TypeName type() {
      return invoker.type();
    }
  }
}
