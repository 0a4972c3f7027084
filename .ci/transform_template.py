#!/usr/bin/env python3
"""Transforms template.yaml as CloudFormation would, for several sets of parameters, and looks at what
would be deployed: `sam validate` sees the defaults only. Needs no network; runs in sam's own Python.

usage: target/tools/sam/bin/python .ci/transform_template.py
"""

import copy
import json
import logging
import pathlib
import re
import sys

import boto3
from cfnlint.api import lint_all
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator
from samtranslator.yaml_helper import yaml_parse

TEMPLATE = pathlib.Path(__file__).parent.parent / "template.yaml"
FUNCTIONS = ["RestAuth", "Accounts", "Company", "Manage", "Charity"]
ARN = "arn:aws:{}:us-east-1:123456789012:{}"
CERTIFICATE = ARN.format("acm", "certificate/0f2b5c1e-9d1a-4a57-8c4e-3a1f0c9d2b7e")
DOMAIN = {"DomainName": "api.example.com", "CertificateArn": CERTIFICATE}
EXISTING = {
    "ExistingTable": "restored",
    "ExistingSecretArn": ARN.format("secretsmanager", "secret:kept-AbCdEf"),
}
NO_VALUE = object()


class Deployment:
    """What the template becomes with these parameters: `resources`, evaluated as far as that goes
    without making anything. A reference to a resource stays as it is."""

    def __init__(self, **overrides):
        template = yaml_parse(TEMPLATE.read_text())
        declared = template["Parameters"]
        self.parameters = {name: str(spec["Default"]) for name, spec in declared.items()} | overrides
        for name, value in self.parameters.items():
            allowed, pattern = declared[name].get("AllowedValues"), declared[name].get("AllowedPattern")
            assert allowed is None or value in map(str, allowed), f"{name} cannot be {value}"
            assert pattern is None or re.search(pattern, value), f"{name} cannot be {value}"
        for name in FUNCTIONS:
            # What `sam package` does.
            template["Resources"][f"{name}Function"]["Properties"]["CodeUri"] = f"s3://bucket/{name}"
        translator = Translator({}, Parser(), boto_session=boto3.Session(region_name="us-east-1"))
        self.template = translator.translate(template, dict(self.parameters))
        self.conditions = {name: self.evaluate(it) for name, it in self.template["Conditions"].items()}
        is_made = lambda it: self.conditions[it["Condition"]] if "Condition" in it else True
        resources = {name: it for name, it in self.template["Resources"].items() if is_made(it)}
        self.resources = {name: self.evaluate(it) for name, it in resources.items()}
        outputs = {name: it for name, it in self.template["Outputs"].items() if is_made(it)}
        self.outputs = {name: self.evaluate(it["Value"]) for name, it in outputs.items()}
        self.check_references()

    def evaluate(self, it):
        if isinstance(it, list):
            return [value for value in map(self.evaluate, it) if value is not NO_VALUE]
        if not isinstance(it, dict):
            return it
        if len(it) == 1:
            [(verb, of)] = it.items()
            match verb:
                case "Ref" if of == "AWS::NoValue":
                    return NO_VALUE
                case "Ref" if of in self.parameters:
                    return self.parameters[of]
                case "Condition":
                    return self.evaluate(self.template["Conditions"][of]) if of in self.template["Conditions"] else it
                case "Fn::Equals":
                    one, other = map(self.evaluate, of)
                    return str(one) == str(other)
                case "Fn::Not":
                    return not self.evaluate(of[0])
                case "Fn::And":
                    return all(map(self.evaluate, of))
                case "Fn::Or":
                    return any(map(self.evaluate, of))
                case "Fn::If":
                    return self.evaluate(of[1] if self.conditions[of[0]] else of[2])
                case "Fn::Sub" if isinstance(of, str):
                    text = re.sub(r"\$\{(\w+)\}", lambda m: self.parameters.get(m[1], m[0]), of)
                    return {verb: text} if "${" in text else text
        values = {key: self.evaluate(value) for key, value in it.items()}
        return {key: value for key, value in values.items() if value is not NO_VALUE}

    def check_references(self):
        """Everything that is referred to is made, and can be made before what refers to it."""
        needs = {name: set(references(it)) for name, it in self.resources.items()}
        for name, needed in (needs | {"Outputs": set(references(self.outputs))}).items():
            missing = needed - set(self.resources)
            assert not missing, f"{name} refers to {missing}, which is not made with {self.parameters}"
        made = set()
        while len(made) < len(needs):
            ready = {name for name, needed in needs.items() if name not in made and needed <= made}
            assert ready, f"a circle among {sorted(set(needs) - made)}"
            made |= ready

    def of_type(self, kind):
        return {name: it["Properties"] for name, it in self.resources.items() if it["Type"] == kind}

    def environment(self, function):
        return self.resources[f"{function}Function"]["Properties"]["Environment"]["Variables"]

    def policies(self):
        return json.dumps([it for it in self.resources.values() if it["Type"].startswith("AWS::IAM::")])

    def stage(self):
        [stage] = self.of_type("AWS::ApiGatewayV2::Stage").values()
        return stage

    def endpoint_is_disabled(self):
        servers = self.resources["Api"]["Properties"]["Body"]["servers"]
        return servers[0]["x-amazon-apigateway-endpoint-configuration"]["disableExecuteApiEndpoint"]

    def faults(self):
        """What cfn-lint says against it, with the parameters as defaults."""
        template = copy.deepcopy(self.template)
        for name, value in self.parameters.items():
            number = template["Parameters"][name]["Type"] == "Number"
            template["Parameters"][name]["Default"] = int(value) if number else value
        # Mappings that only SAM looks up are of no use any more.
        faults = [fault for fault in lint_all(json.dumps(template)) if fault.rule.id != "W7001"]
        return [str(fault) for fault in faults if fault.rule.severity != "informational"]


def references(it):
    """The resources that a value refers to, and that have to be made before it."""
    if isinstance(it, list):
        for value in it:
            yield from references(value)
    elif isinstance(it, dict):
        for key, value in it.items():
            if key == "Ref" and not value.startswith("AWS::"):
                yield value
            elif key == "Fn::GetAtt":
                yield (value if isinstance(value, list) else value.split("."))[0]
            elif key == "Fn::Sub":
                text, names = (value, {}) if isinstance(value, str) else value
                found = re.findall(r"\$\{(\w+)(?:\.\w+)*\}", text)
                yield from (name for name in found if name not in names)
                yield from references(names)
            elif key == "DependsOn":
                yield from [value] if isinstance(value, str) else value
            else:
                yield from references(value)


def by_default():
    """With the defaults nothing optional is made, and every group has a limit of its own."""
    deployed = Deployment()
    for kind in [
        "AWS::CodeDeploy::Application",
        "AWS::CodeDeploy::DeploymentGroup",
        "AWS::ApiGatewayV2::DomainName",
        "AWS::ApiGatewayV2::ApiMapping",
        "AWS::Route53::RecordSet",
        "AWS::CloudWatch::Alarm",
    ]:
        assert not deployed.of_type(kind), kind
    assert len(deployed.of_type("AWS::DynamoDB::Table")) == 1
    assert len(deployed.of_type("AWS::SecretsManager::Secret")) == 1
    assert deployed.endpoint_is_disabled() is False
    assert "execute-api" in json.dumps(deployed.outputs["ApiUrl"])
    assert deployed.environment("Company")["TALLY_PUBLIC_URL"] == ""
    body, stage = deployed.resources["Api"]["Properties"]["Body"], deployed.stage()
    # An HTTP API that answers preflights by itself would do so instead of the functions.
    assert "x-amazon-apigateway-cors" not in body
    routes = {f"ANY {path}" for path in body["paths"]}
    assert set(stage["RouteSettings"]) == routes, "each route has limits, and no other"
    assert all(limits["ThrottlingRateLimit"] == "50" for limits in stage["RouteSettings"].values())
    aliases = deployed.of_type("AWS::Lambda::Alias")
    assert len(aliases) == len(FUNCTIONS) and all(alias["Name"] == "live" for alias in aliases.values())
    for path in body["paths"].values():
        uri = json.dumps(path["x-amazon-apigateway-any-method"]["x-amazon-apigateway-integration"]["uri"])
        assert "Aliaslive" in uri, "the routes lead to the published version"
    for name in FUNCTIONS:
        assert "ReservedConcurrentExecutions" not in deployed.resources[f"{name}Function"]["Properties"]
    return deployed


def throttled():
    """The limits of the routes are the parameters."""
    deployed = Deployment(RouteRateLimit="7", RouteBurstLimit="9")
    limits = {"ThrottlingRateLimit": "7", "ThrottlingBurstLimit": "9"}
    assert all(route == limits for route in deployed.stage()["RouteSettings"].values())
    return deployed


def reserved():
    """A reservation applies to each function."""
    deployed = Deployment(ReservedConcurrency="20")
    for name in FUNCTIONS:
        assert deployed.resources[f"{name}Function"]["Properties"]["ReservedConcurrentExecutions"] == "20"
    return deployed


def with_domain():
    """A domain takes the place of the API's own name, in links too."""
    deployed = Deployment(**DOMAIN)
    [mapping] = deployed.of_type("AWS::ApiGatewayV2::ApiMapping").values()
    assert mapping["Stage"] == {"Ref": "ApiApiGatewayDefaultStage"}
    assert deployed.endpoint_is_disabled() is True
    assert deployed.outputs["ApiUrl"] == "https://api.example.com"
    assert deployed.environment("Company")["TALLY_PUBLIC_URL"] == "https://api.example.com"
    assert not deployed.of_type("AWS::Route53::RecordSet") and "DomainTarget" in deployed.outputs
    return deployed


def with_domain_record():
    """The record is made in the zone; the own name can stay, and PublicUrl comes first."""
    deployed = Deployment(
        **DOMAIN, HostedZoneId="Z0123456789", ExecuteApiEndpoint="enabled", PublicUrl="https://www.example.com"
    )
    [record] = deployed.of_type("AWS::Route53::RecordSet").values()
    assert record["Name"] == "api.example.com" and record["HostedZoneId"] == "Z0123456789"
    assert deployed.endpoint_is_disabled() is False
    assert deployed.environment("Company")["TALLY_PUBLIC_URL"] == "https://www.example.com"
    return deployed


def staged(preference="Canary10Percent5Minutes"):
    """CodeDeploy moves each alias, and an alarm stops it."""
    deployed = Deployment(DeploymentPreference=preference)
    groups = deployed.of_type("AWS::CodeDeploy::DeploymentGroup")
    assert len(groups) == len(FUNCTIONS)
    for group in groups.values():
        assert group["AlarmConfiguration"]["Alarms"] == [{"Name": {"Ref": "DeploymentAlarm"}}]
        assert "DEPLOYMENT_STOP_ON_ALARM" in group["AutoRollbackConfiguration"]["Events"]
        assert preference in json.dumps(group["DeploymentConfigName"])
    watched = json.dumps(deployed.resources["DeploymentAlarm"])
    assert all(f"{name}Function" in watched for name in FUNCTIONS)
    for name in FUNCTIONS:
        policy = deployed.resources[f"{name}FunctionAliaslive"]["UpdatePolicy"]
        assert "CodeDeployLambdaAliasUpdate" in policy
    return deployed


def gradual():
    """The longest of the stages is no other kind."""
    return staged("Linear10PercentEvery10Minutes")


def on_what_exists():
    """A table and a secret that are there already take the place of the stack's own, everywhere."""
    deployed = Deployment(**EXISTING)
    assert not deployed.of_type("AWS::DynamoDB::Table") and not deployed.of_type("AWS::SecretsManager::Secret")
    for name in FUNCTIONS:
        assert deployed.environment(name)["TALLY_TABLE"] == "restored"
        assert deployed.environment(name)["TALLY_SECRET_ID"] == EXISTING["ExistingSecretArn"]
    assert "table/restored" in deployed.policies() and EXISTING["ExistingSecretArn"] in deployed.policies()
    assert deployed.outputs["TableName"] == "restored"
    return deployed


def with_own_configuration_set():
    """SES tells of bounces by the stack's own set, or by the operator's, and each is counted."""
    for name, deployed in [(None, Deployment()), ("theirs", Deployment(MailConfigurationSet="theirs"))]:
        used = {"Ref": "ConfigurationSet"} if name is None else name
        kinds = ["AWS::SES::ConfigurationSet", "AWS::SES::ConfigurationSetEventDestination"]
        assert all(bool(deployed.of_type(kind)) == (name is None) for kind in kinds)
        [rule] = deployed.of_type("AWS::Events::Rule").values()
        assert rule["EventPattern"]["detail"]["mail"]["tags"]["ses:configuration-set"] == [used]
        assert all(deployed.environment(group)["TALLY_MAIL_CONFIGURATION_SET"] == used for group in FUNCTIONS)
        [statement, _] = deployed.resources["MessageAccess"]["Properties"]["PolicyDocument"]["Statement"]
        assert statement["Resource"][1]["Fn::Sub"][1] == {"Set": used}, "mail may be sent by that set"
    return Deployment(MailConfigurationSet="theirs")


def on_everything():
    """All of it together."""
    return Deployment(
        **DOMAIN,
        **EXISTING,
        HostedZoneId="Z0123456789",
        DeploymentPreference="Canary10Percent30Minutes",
        ReservedConcurrency="100",
        AlarmTopic=ARN.format("sns", "alarms"),
        WeixinAppId="wx1",
        WeixinSecretArn=ARN.format("secretsmanager", "secret:weixin-AbCdEf"),
        MailConfigurationSet="mail",
    )


CASES = [
    by_default,
    throttled,
    reserved,
    with_domain,
    with_domain_record,
    staged,
    gradual,
    on_what_exists,
    with_own_configuration_set,
    on_everything,
]

# A value of each kind that every parameter of text takes, beside its default.
OTHER_VALUES = ["other", "7", "12345", "other.example", "https://other.example", "other@example.com", ARN.format("sns", "other"), CERTIFICATE]


def settings_reach_the_callers():
    """Whatever parameter changes, each function's published version is another one."""

    def versions(deployed):
        made = [(name, it["Description"]) for name, it in deployed.of_type("AWS::Lambda::Version").items()]
        return json.dumps([made, deployed.resources["Settings"]["Properties"]["Content"]])

    declared, before = Deployment().template["Parameters"], versions(Deployment())
    for name, spec in declared.items():
        values = [str(value) for value in spec.get("AllowedValues", OTHER_VALUES)]
        fits = lambda value: re.search(spec.get("AllowedPattern", ""), value) and value != str(spec["Default"])
        values = [value for value in values if fits(value) and (spec["Type"] != "Number" or value.isdigit())]
        assert values, f"no other value of {name} is known here"
        extra = {name: values[0]}
        assert versions(Deployment(**extra)) != before, f"{name} is missing in Settings"
    for version in Deployment().of_type("AWS::Lambda::Version").values():
        assert "${Settings}" in json.dumps(version["Description"])
    for name in FUNCTIONS:
        assert Deployment().environment(name)["TALLY_SETTINGS_VERSION"] == {"Ref": "Settings"}


def main():
    # The transform tells of its own metrics.
    logging.disable(logging.CRITICAL)
    for case in [*CASES, settings_reach_the_callers]:
        case()
        print(f"{case.__name__}: {case.__doc__.strip()}", flush=True)
    # The linter takes long, so it sees only what has most in it; `sam validate --lint` sees the defaults.
    faults = on_everything().faults()
    print(*faults, sep="\n", file=sys.stderr)
    sys.exit(bool(faults))


if __name__ == "__main__":
    main()
